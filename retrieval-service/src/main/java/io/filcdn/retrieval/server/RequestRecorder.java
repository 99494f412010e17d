package io.filcdn.retrieval.server;

import io.filcdn.common.egress.RetrievalRecord;
import io.filcdn.common.piece.ByteCount;
import io.filcdn.retrieval.delivery.Exchange;
import io.filcdn.retrieval.refusal.Refusal;
import io.filcdn.retrieval.request.Client;
import io.filcdn.retrieval.usage.RetrievalLog;
import io.filcdn.service.tracing.TraceLinks;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

/** The recorder of requests that have ended: in the meters, and in the logs that there are. */
public final class RequestRecorder {

  /** The buckets of the time to the first byte. */
  private static final Duration[] FIRST_BYTE = {
    Duration.ofMillis(5),
    Duration.ofMillis(25),
    Duration.ofMillis(100),
    Duration.ofMillis(250),
    Duration.ofMillis(500),
    Duration.ofSeconds(1),
    Duration.ofSeconds(2),
    Duration.ofSeconds(5),
    Duration.ofSeconds(15)
  };

  private final String edge;
  private final RetrievalLog log;
  private final Optional<AccessLog> accessLog;
  private final TraceLinks counted;
  private final MeterRegistry meters;
  private final Map<Answered, Timer> timers = new ConcurrentHashMap<>();
  private final Timer firstByte;
  private final Clock clock;

  /**
   * @param edge the name that records carry
   * @param counted takes the spans of requests whose bytes are counted
   */
  public RequestRecorder(
      String edge,
      RetrievalLog log,
      Optional<AccessLog> accessLog,
      TraceLinks counted,
      MeterRegistry meters,
      Clock clock) {
    this.edge = edge;
    this.log = log;
    this.accessLog = accessLog;
    this.counted = counted;
    this.meters = meters;
    this.firstByte =
        Timer.builder("filcdn.first.byte").serviceLevelObjectives(FIRST_BYTE).register(meters);
    this.clock = clock;
  }

  /** Records a request that has ended. */
  void record(Exchange ended, Client client) {
    timer(ended).record(ended.elapsedMicros(), TimeUnit.MICROSECONDS);
    ended.firstByteMicros().ifPresent(micros -> firstByte.record(micros, TimeUnit.MICROSECONDS));
    if (ended.acceptedBytes() > 0) {
      counted.add(ended.trace());
    }
    accessLog.ifPresent(lines -> lines.write(ended, client));
    if (ended.asked().isPresent()) {
      long weight = log.weight();
      if (weight > 0) {
        log.write(retrieval(ended, ended.asked().get(), client, weight), ended.trace());
      }
    }
  }

  private Timer timer(Exchange ended) {
    Answered answered = new Answered(ended.status(), ended.result().orElse("none"));
    Timer known = timers.get(answered);
    return known != null ? known : timers.computeIfAbsent(answered, this::timer);
  }

  private Timer timer(Answered answered) {
    return meters.timer(
        "filcdn.retrievals",
        "status",
        Integer.toString(answered.status),
        "outcome",
        answered.outcome);
  }

  /** The key that requests are told apart by; there are as many as there are reasons to refuse. */
  private record Answered(int status, String outcome) {}

  private RetrievalRecord retrieval(
      Exchange ended, Exchange.Asked asked, Client client, long weight) {
    return new RetrievalRecord(
        clock.instant(),
        edge,
        asked.payer(),
        asked.piece().toString(),
        ended.dataSet(),
        ended.supplier(),
        ended.status(),
        ended.refusal().map(Refusal::code),
        ended.outcome(),
        new ByteCount(ended.acceptedBytes()),
        ended.firstByteMicros(),
        ended.elapsedMicros(),
        client.country(),
        asked.bot(),
        weight);
  }
}
