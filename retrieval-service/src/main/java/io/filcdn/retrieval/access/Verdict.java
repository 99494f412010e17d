package io.filcdn.retrieval.access;

import io.filcdn.retrieval.admission.Admission.Decision.Admitted;
import io.filcdn.retrieval.refusal.Problem;
import io.filcdn.retrieval.refusal.Refusal;

/** The answer to whether a client may fetch a piece, whatever it shows. */
public sealed interface Verdict {

  /**
   * Leave to fetch.
   *
   * @param admitted the piece, paid by one of the data sets that it may be paid by
   */
  record Granted(Admitted admitted, Grant grant) implements Verdict {}

  /** The same where leave is given, under another's conditions, too. */
  default Verdict under(Grant other) {
    return this instanceof Granted(Admitted admitted, Grant grant)
        ? new Granted(admitted, grant.under(other))
        : this;
  }

  /** A refusal. */
  record Refused(Problem problem) implements Verdict {
    Refused(Refusal refusal) {
      this(Problem.of(refusal));
    }
  }
}
