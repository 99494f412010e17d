package io.filcdn.retrieval.server;

import io.filcdn.retrieval.admission.ClientLimits;
import io.filcdn.retrieval.connection.EdgeHttpServer;
import io.filcdn.retrieval.delivery.Answers;
import io.filcdn.retrieval.delivery.Exchange;
import io.filcdn.retrieval.refusal.Problem;
import io.filcdn.retrieval.refusal.Refusal;
import io.filcdn.retrieval.request.Client;
import io.filcdn.retrieval.request.ClientReader;
import io.vertx.core.Handler;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpVersion;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * The handler of public requests: lets them in within the limits, hands them to the path, and
 * records each when it has ended. While the edge drains, nobody is let in.
 */
public final class PublicHandler implements Handler<HttpServerRequest> {

  private static final long CHECK_IDLE_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

  private final ClientReader clients;
  private final ClientLimits limits;
  private final Answers answers;
  private final RequestPath path;
  private final RequestRecorder recorder;
  private final LongSupplier nanoTime;
  private final Object idle = new Object();
  private volatile boolean draining;

  public PublicHandler(
      ClientReader clients,
      ClientLimits limits,
      Answers answers,
      RequestPath path,
      RequestRecorder recorder,
      LongSupplier nanoTime) {
    this.clients = clients;
    this.limits = limits;
    this.answers = answers;
    this.path = path;
    this.recorder = recorder;
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
    exchange.orAbandon(() -> path.answer(exchange, client, place));
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
    recorder.record(ended, client);
  }
}
