package io.filcdn.settlement.submission;

import io.filcdn.settlement.alarm.Alarm;
import io.filcdn.settlement.alarm.Alarms;
import io.filcdn.settlement.guard.SigningOutcome;
import io.filcdn.settlement.model.TransactionId;
import jakarta.inject.Singleton;
import org.jboss.logging.Logger;

/** The handling of what came of signing: a log line or an alarm where nothing was signed. */
@Singleton
final class SigningOutcomes {

  private static final Logger LOG = Logger.getLogger(SigningOutcomes.class);

  private final Alarms alarms;

  SigningOutcomes(Alarms alarms) {
    this.alarms = alarms;
  }

  /** Tells of an outcome, and says whether more can be signed after it. */
  boolean goesOn(SigningOutcome outcome) {
    return switch (outcome) {
      case SigningOutcome.Stored(TransactionId _) -> true;
      case SigningOutcome.Outdated(String reason) -> {
        LOG.infof("not signed: %s", reason);
        yield true;
      }
      case SigningOutcome.TooFarAhead(String message) -> {
        LOG.infof("not signed yet: %s", message);
        yield false;
      }
      case SigningOutcome.Refused(Alarm alarm, String message) -> {
        alarms.raise(alarm, message);
        yield false;
      }
    };
  }
}
