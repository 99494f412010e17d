package io.filcdn.settlement.submission;

import io.filcdn.common.payment.DataSetId;
import io.filcdn.service.tracing.Tracing;
import io.filcdn.settlement.alarm.Alarm;
import io.filcdn.settlement.alarm.Alarms;
import io.filcdn.settlement.batch.Batch;
import io.filcdn.settlement.batch.Batches;
import io.filcdn.settlement.broadcast.Broadcaster;
import io.filcdn.settlement.contracts.Head;
import io.filcdn.settlement.due.Finding;
import io.filcdn.settlement.guard.EpochGuard;
import io.filcdn.settlement.guard.SigningGuard;
import io.filcdn.settlement.model.Submission;
import io.filcdn.settlement.replica.OdometerTraces;
import io.filcdn.settlement.setaside.SetAside;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.SpanKind;
import jakarta.inject.Singleton;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jboss.logging.Logger;

/**
 * The signer of batches: each is signed and stored, and only then sent. In a dry run it is only
 * told.
 */
@Singleton
final class BatchSigner {

  private static final Logger LOG = Logger.getLogger(BatchSigner.class);

  private final EpochGuard epochGuard;
  private final SigningGuard guard;
  private final SigningOutcomes outcomes;
  private final Broadcaster broadcaster;
  private final Findings findings;
  private final OdometerTraces traces;
  private final Alarms alarms;
  private final SubmissionConfig config;

  BatchSigner(
      EpochGuard epochGuard,
      SigningGuard guard,
      SigningOutcomes outcomes,
      Broadcaster broadcaster,
      Findings findings,
      OdometerTraces traces,
      Alarms alarms,
      SubmissionConfig config) {
    this.epochGuard = epochGuard;
    this.guard = guard;
    this.outcomes = outcomes;
    this.broadcaster = broadcaster;
    this.findings = findings;
    this.traces = traces;
    this.alarms = alarms;
    this.config = config;
  }

  /** True where one more batch can be signed now. */
  boolean hasRoom() {
    return broadcaster.hasRoom();
  }

  /** A taker for batches that were planned at {@code head}. */
  Batches.Taker at(Head head) {
    return new Batches.Taker() {

      @Override
      public Optional<? extends Submission> agreed(Submission part) {
        return part instanceof Submission.UsageReport report
            ? withoutMismatches(report)
            : Optional.of(part);
      }

      @Override
      public boolean take(Batch batch) {
        return sign(batch, head);
      }

      @Override
      public void refuse(Submission single, String why) {
        DataSetId dataSet = single.dataSets().getFirst();
        guard
            .outdated(single)
            .ifPresentOrElse(
                outdated ->
                    LOG.infof(
                        "planned anew: activity=%s %s; meanwhile %s",
                        single.activity(), why, outdated),
                () ->
                    findings.note(
                        new Finding(dataSet, single.activity(), SetAside.Reason.REVERTED, why)));
      }
    };
  }

  private Optional<Submission.UsageReport> withoutMismatches(Submission.UsageReport report) {
    Map<DataSetId, String> mismatches = epochGuard.mismatches(report.dataSets());
    mismatches.forEach(
        (dataSet, why) ->
            alarms.raise(Alarm.EPOCH_MISMATCH, "dataSet=%s %s".formatted(dataSet, why)));
    return report.without(mismatches.keySet());
  }

  private boolean sign(Batch batch, Head head) {
    if (config.dryRun()) {
      LOG.infof(
          "dry run: would sign activity=%s dataSets=%s gasLimit=%s",
          batch.submission().activity(), batch.submission().dataSets(), batch.gasLimit());
      return true;
    }
    return batch.submission() instanceof Submission.UsageReport report
        ? signReport(report, batch, head)
        : signAndSend(batch, head);
  }

  /** Goes on with the traces of requests whose bytes are reported. */
  private boolean signReport(Submission.UsageReport report, Batch batch, Head head) {
    List<SpanContext> causes = traces.of(report.dataSets());
    boolean hasRoom =
        Tracing.within("report", SpanKind.INTERNAL, causes, () -> signAndSend(batch, head));
    traces.forget(report.dataSets());
    return hasRoom;
  }

  private boolean signAndSend(Batch batch, Head head) {
    if (!outcomes.goesOn(guard.sign(batch.submission(), batch.gasLimit(), head))) {
      return false;
    }
    broadcaster.sendStored();
    return broadcaster.hasRoom();
  }
}
