package io.filcdn.metrics.credits;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonInclude.Include;
import io.filcdn.common.credit.CreditAccount;
import io.filcdn.common.credit.CreditAmount;
import io.filcdn.common.credit.CreditKind;
import java.math.BigInteger;
import java.util.List;
import java.util.Optional;

/**
 * All that an account has, on one page.
 *
 * @param balances one of each kind
 * @param onChain what its payer's data sets come to; absent where no data set is the account's
 */
@JsonInclude(Include.NON_ABSENT)
public record AccountCredit(
    CreditAccount account, List<KindBalance> balances, Optional<OnChain> onChain) {

  /**
   * An account's credit of one kind.
   *
   * @param available what can be reserved
   * @param held what reservations hold
   * @param used what was used, that which is paid on chain included
   * @param paidOnChain of {@code used}: what FilCDN stored, known from the index; paid along the
   *     payer's rails, and from no grant
   */
  public record KindBalance(
      CreditKind kind,
      CreditAmount available,
      CreditAmount held,
      CreditAmount used,
      CreditAmount paidOnChain) {

    static KindBalance of(CreditKind kind, Balance balance) {
      return new KindBalance(
          kind, balance.available(), balance.held(), balance.used(), balance.paidOnChain());
    }
  }

  /**
   * The downloads of a payer's data sets, which edges count and quotas bound.
   *
   * @param cdnBytes that were served
   * @param cdnQuota what may still be served
   */
  public record OnChain(BigInteger cdnBytes, BigInteger cdnQuota) {}
}
