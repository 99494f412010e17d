package io.filcdn.indexer.jobs;

import io.filcdn.indexer.screening.Screening;
import io.filcdn.service.schedule.Backoff;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import org.jboss.logging.Logger;

/** The job that screens payers, at once again while there are some to screen. */
public final class ScreeningJob implements Job {

  private static final Logger LOG = Logger.getLogger(ScreeningJob.class);

  private final Screening screening;
  private final Duration poll;
  private final Backoff backoff;
  private final MeterRegistry metrics;

  public ScreeningJob(Screening screening, Duration poll, Backoff backoff, MeterRegistry metrics) {
    this.screening = screening;
    this.poll = poll;
    this.backoff = backoff;
    this.metrics = metrics;
  }

  @Override
  public Pause run() {
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
        yield Pause.of(backoff.failed());
      }
    };
  }

  private Pause succeeded(Duration wait) {
    backoff.succeeded();
    return Pause.of(wait);
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
