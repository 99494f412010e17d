package io.filcdn.retrieval.request;

import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import java.time.Duration;
import java.util.function.Consumer;

/**
 * The body of a request while it comes: so many bytes at most, within a time. What comes beyond is
 * dropped. Confined to the connection's event loop.
 */
public final class RequestBody {

  private final Vertx vertx;
  private final HttpServerRequest request;
  private final int most;
  private final Consumer<Outcome> then;
  private Buffer came = Buffer.buffer();
  private long timer;
  private boolean over;

  /** The outcome of reading a body. */
  public sealed interface Outcome {

    /** All of a body. */
    record Whole(Buffer bytes) implements Outcome {}

    /**
     * A body that is longer than allowed.
     *
     * @param bytes the number that had come then
     */
    record TooLarge(long bytes) implements Outcome {}

    /** A body that had not come in time. */
    record TooSlow() implements Outcome {}

    /** A body whose end cannot be told, as its chunks are wrong or it broke off. */
    record Unreadable() implements Outcome {}

    /** No body: its client has left. */
    record Left() implements Outcome {}
  }

  private RequestBody(Vertx vertx, HttpServerRequest request, int most, Consumer<Outcome> then) {
    this.vertx = vertx;
    this.request = request;
    this.most = most;
    this.then = then;
  }

  /**
   * Reads a body, whose client is asked for it where it waits for that (RFC 9110, 10.1.1).
   *
   * @param most the bytes that it may have
   * @param patience the time that it may take from now on
   * @param then is called once
   */
  public static void read(
      Vertx vertx, HttpServerRequest request, int most, Duration patience, Consumer<Outcome> then) {
    new RequestBody(vertx, request, most, then).begin(patience);
  }

  private void begin(Duration patience) {
    timer = vertx.setTimer(patience.toMillis(), late -> end(new Outcome.TooSlow()));
    request
        .handler(this::take)
        .endHandler(last -> end(whole()))
        .exceptionHandler(gone -> end(new Outcome.Left()));
    if (request.headers().contains(HttpHeaderNames.EXPECT, HttpHeaderValues.CONTINUE, true)) {
      request.response().writeContinue();
    }
  }

  private void take(Buffer part) {
    if (over) {
      return;
    }
    if (part.length() > most - came.length()) {
      end(new Outcome.TooLarge((long) came.length() + part.length()));
    } else {
      came.appendBuffer(part);
    }
  }

  private Outcome whole() {
    // an end can be where it breaks off, which its request is marked with then
    return request.decoderResult().isSuccess() ? new Outcome.Whole(came) : new Outcome.Unreadable();
  }

  private void end(Outcome outcome) {
    if (!over) {
      over = true;
      vertx.cancelTimer(timer);
      came = Buffer.buffer();
      then.accept(outcome);
    }
  }
}
