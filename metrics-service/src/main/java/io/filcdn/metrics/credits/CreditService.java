package io.filcdn.metrics.credits;

import io.filcdn.common.credit.CreditKind;
import io.filcdn.metrics.credits.CreditScope.Action;
import java.util.Set;

/** A service, such as a gateway for uploads, that asks for credit on behalf of accounts. */
public record CreditService(String name, Set<CreditScope> scopes) {

  public boolean may(Action action, CreditKind kind) {
    return scopes.contains(new CreditScope(action, kind));
  }
}
