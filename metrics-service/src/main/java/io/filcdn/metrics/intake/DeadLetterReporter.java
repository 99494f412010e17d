package io.filcdn.metrics.intake;

import io.filcdn.metrics.intake.ParsedEgress.Refused;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.Collection;
import org.jboss.logging.Logger;

/** The reports to operators of which records became dead letters, in the log and as a metric. */
public final class DeadLetterReporter {

  private static final Logger LOG = Logger.getLogger(DeadLetterReporter.class);

  private final MeterRegistry metrics;

  public DeadLetterReporter(MeterRegistry metrics) {
    this.metrics = metrics;
  }

  /** To be called once the dead letters are stored. */
  public void report(Collection<Refused> stored) {
    for (Refused refused : stored) {
      LOG.warnf(
          "%s is a dead letter (%s): %s",
          refused.source(), refused.reason().code(), refused.message());
      metrics
          .counter(
              "filcdn.dead.letters",
              "topic",
              refused.source().topic(),
              "reason",
              refused.reason().code())
          .increment();
    }
  }
}
