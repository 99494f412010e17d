package io.filcdn.retrieval.server;

import io.filcdn.common.egress.RetrievalRecord;
import io.filcdn.common.piece.ByteCount;
import io.filcdn.retrieval.admission.ClientLimits;
import io.filcdn.retrieval.connection.EdgeHttpServer;
import io.filcdn.retrieval.delivery.Answers;
import io.filcdn.retrieval.delivery.Exchange;
import io.filcdn.retrieval.refusal.Problem;
import io.filcdn.retrieval.refusal.Refusal;
import io.filcdn.retrieval.request.Client;
import io.filcdn.retrieval.request.ClientReader;
import io.filcdn.retrieval.usage.RetrievalLog;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.vertx.core.Handler;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpVersion;
import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jboss.logging.Logger;

/**
 * The handler of public requests: lets them in within the limits, hands them to the path, and
 * records each when it has ended. While the edge drains, nobody is let in.
 */
public final class PublicHandler implements Handler<HttpServerRequest> {

  private static final Logger LOG = Logger.getLogger(PublicHandler.class);

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

  private static final long CHECK_IDLE_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

  private final String edge;
  private final ClientReader clients;
  private final ClientLimits limits;
  private final Answers answers;
  private final RequestPath path;
  private final RetrievalLog log;
  private final MeterRegistry meters;
  private final Map<Answered, Timer> timers = new ConcurrentHashMap<>();
  private final Timer firstByte;
  private final Clock clock;
  private final LongSupplier nanoTime;
  private final Object idle = new Object();
  private volatile boolean draining;

  public PublicHandler(
      String edge,
      ClientReader clients,
      ClientLimits limits,
      Answers answers,
      RequestPath path,
      RetrievalLog log,
      MeterRegistry meters,
      Clock clock,
      LongSupplier nanoTime) {
    this.edge = edge;
    this.clients = clients;
    this.limits = limits;
    this.answers = answers;
    this.path = path;
    this.log = log;
    this.meters = meters;
    this.firstByte =
        Timer.builder("filcdn.first.byte").serviceLevelObjectives(FIRST_BYTE).register(meters);
    this.clock = clock;
    this.nanoTime = nanoTime;
  }

  /** Lets nobody in any more. */
  public void drain() {
    draining = true;
  }

  public boolean draining() {
    return draining;
  }

  /**
   * Waits until no request is under way, and no fetch either: what clients took of one becomes
   * billable with its verdict.
   *
   * @return whether that came to be in time
   */
  public boolean awaitIdle(Duration patience) throws InterruptedException {
    long deadline = nanoTime.getAsLong() + patience.toNanos();
    while (limits.requests() > 0 || path.fetches() > 0) {
      long left = deadline - nanoTime.getAsLong();
      if (left <= 0) {
        return false;
      }
      synchronized (idle) {
        TimeUnit.NANOSECONDS.timedWait(idle, Math.min(left, CHECK_IDLE_NANOS));
      }
    }
    return true;
  }

  @Override
  public void handle(HttpServerRequest request) {
    Client client = clients.read(request);
    if (draining) {
      turnAway(request, client, Refusal.DRAINING);
      return;
    }
    switch (limits.enter(client.networks())) {
      case ClientLimits.Place place -> letIn(request, client, place);
      case ClientLimits.Entry.Refused(Refusal refusal) -> turnAway(request, client, refusal);
    }
  }

  private void letIn(HttpServerRequest request, Client client, ClientLimits.Place place) {
    Exchange exchange =
        new Exchange(
            request,
            nanoTime,
            ended -> {
              place.leave();
              path.ended(ended, client);
              tell(ended, client);
            });
    try {
      path.answer(exchange, client, place);
    } catch (RuntimeException e) {
      LOG.errorf(e, "a request is not answered: %s %s", request.method(), request.uri());
      exchange.abandon();
    }
  }

  /** Refuses, and ends a connection of HTTP/1.1: what else comes on it would be refused too. */
  private void turnAway(HttpServerRequest request, Client client, Refusal why) {
    boolean closes = request.version() != HttpVersion.HTTP_2;
    Exchange exchange =
        new Exchange(
            request,
            nanoTime,
            ended -> {
              tell(ended, client);
              if (closes) {
                request.connection().close();
              }
            });
    if (closes) {
      request.response().putHeader(HttpHeaders.CONNECTION, HttpHeaders.CLOSE);
    }
    answers.refuse(exchange, Problem.of(why));
  }

  private void tell(Exchange ended, Client client) {
    EdgeHttpServer.requestEnds(ended.request().connection(), ended.dataSet().isPresent());
    timer(ended).record(ended.elapsedMicros(), TimeUnit.MICROSECONDS);
    ended.firstByteMicros().ifPresent(micros -> firstByte.record(micros, TimeUnit.MICROSECONDS));
    if (ended.asked().isPresent()) {
      long weight = log.weight();
      if (weight > 0) {
        log.write(record(ended, ended.asked().get(), client, weight));
      }
    }
  }

  private Timer timer(Exchange ended) {
    String outcome =
        ended
            .outcome()
            .map(Object::toString)
            .or(() -> ended.refusal().map(Refusal::code))
            .orElse("none");
    Answered answered = new Answered(ended.status(), outcome);
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

  private RetrievalRecord record(Exchange ended, Exchange.Asked asked, Client client, long weight) {
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
