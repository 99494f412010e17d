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

  /** A refusal. */
  record Refused(Problem problem) implements Verdict {
    Refused(Refusal refusal) {
      this(Problem.of(refusal));
    }
  }
}
