package io.filcdn.retrieval.access;

import io.filcdn.retrieval.admission.Admission.Decision.Admitted;
import io.filcdn.retrieval.refusal.Problem;
import java.util.function.Consumer;

/**
 * The decision whether a client may fetch a piece that was admitted. Each kind of proof has its own
 * check; all come to one {@link Verdict}. It decides from what is on this edge and asks nobody.
 */
public final class AccessControl {

  private final PolicyCheck policies;
  private final KeyCheck keys;

  public AccessControl(PolicyCheck policies, KeyCheck keys) {
    this.policies = policies;
    this.keys = keys;
  }

  /**
   * Decides, and goes on: at once, or where something has to be read from disk, soon on the same
   * event loop.
   */
  public void check(AccessRequest request, Consumer<Verdict> then) {
    policies.check(
        request,
        outcome -> {
          switch (outcome) {
            case PolicyCheck.Outcome.Refused(Problem problem) ->
                then.accept(new Verdict.Refused(problem));
            case PolicyCheck.Outcome.Passed(Admitted admitted, Grant grant) ->
                check(request.of(admitted), grant, then);
          }
        });
  }

  private void check(AccessRequest request, Grant grant, Consumer<Verdict> then) {
    switch (request.credential()) {
      // by what policies said
      case Credential.None _, Credential.Bot _, Credential.Signed _, Credential.Gated _ ->
          then.accept(new Verdict.Granted(request.admitted(), grant));
      case Credential.Key(var key) ->
          keys.check(request, key, verdict -> then.accept(verdict.under(grant)));
      case Credential.Unusable(var refusal) -> then.accept(new Verdict.Refused(refusal));
    }
  }
}
