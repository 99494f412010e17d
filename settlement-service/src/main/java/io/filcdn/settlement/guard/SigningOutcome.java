package io.filcdn.settlement.guard;

import io.filcdn.settlement.alarm.Alarm;
import io.filcdn.settlement.model.TransactionId;

/** The outcome of having a submission, or a replacement, signed. */
public sealed interface SigningOutcome {

  /** A transaction whose signed bytes are stored. They have not left this process yet. */
  record Stored(TransactionId id) implements SigningOutcome {}

  /** A submission that does not hold any more, and is to be planned anew. Nothing was signed. */
  record Outdated(String reason) implements SigningOutcome {}

  /** A nonce that is too far ahead: the chain has to come closer first. Nothing was signed. */
  record TooFarAhead(String message) implements SigningOutcome {}

  /** A refusal: nothing was signed, and nothing will be until someone has looked. */
  record Refused(Alarm alarm, String message) implements SigningOutcome {}
}
