package io.filcdn.indexer;

import io.filcdn.indexer.screening.Screening;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import org.jboss.logging.Logger;

/** The turns of the screening, repeated at once while there are payers to screen. */
final class ScreeningRounds implements Repeater.Work {

  private static final Logger LOG = Logger.getLogger(ScreeningRounds.class);

  private final Screening screening;
  private final Duration poll;
  private final Backoff backoff;
  private final MeterRegistry metrics;

  ScreeningRounds(Screening screening, Duration poll, Backoff backoff, MeterRegistry metrics) {
    this.screening = screening;
    this.poll = poll;
    this.backoff = backoff;
    this.metrics = metrics;
  }

  @Override
  public Repeater.Pause turn() {
    return switch (guarded()) {
      case Screening.Outcome.Screened screened -> {
        LOG.infof("screened %d payers, %d sanctioned", screened.payers(), screened.sanctioned());
        metrics.counter("filcdn.indexer.screened.payers").increment(screened.payers());
        yield succeeded(Duration.ZERO);
      }
      case Screening.Outcome.Idle _ -> succeeded(poll);
      case Screening.Outcome.Failed failed -> {
        LOG.warnf("screening waits: %s", failed.reason());
        metrics.counter("filcdn.indexer.screening.failures").increment();
        yield Repeater.Pause.of(backoff.failed());
      }
    };
  }

  private Repeater.Pause succeeded(Duration wait) {
    backoff.succeeded();
    return Repeater.Pause.of(wait);
  }

  private Screening.Outcome guarded() {
    try {
      return screening.screen();
    } catch (RuntimeException e) {
      LOG.error("a turn of the screening failed", e);
      return new Screening.Outcome.Failed(e.toString());
    }
  }
}
