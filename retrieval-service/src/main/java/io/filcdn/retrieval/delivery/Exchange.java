package io.filcdn.retrieval.delivery;

import io.filcdn.common.chain.Address;
import io.filcdn.common.egress.CacheOutcome;
import io.filcdn.common.payment.DataSetId;
import io.filcdn.common.payment.ProviderId;
import io.filcdn.common.piece.PieceName;
import io.filcdn.retrieval.refusal.Refusal;
import io.filcdn.service.tracing.Tracing;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http2.Http2ConnectionHandler;
import io.opentelemetry.api.trace.SpanContext;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.impl.ContextInternal;
import io.vertx.core.net.impl.ConnectionBase;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.jboss.logging.Logger;

/**
 * One request, and what becomes of it. Whatever the answer, {@code onEnd} is called exactly once,
 * when the client has all of it or has left. Confined to its connection's event loop.
 */
public final class Exchange {

  private static final Logger LOG = Logger.getLogger(Exchange.class);

  private static final long HTTP_2_INTERNAL_ERROR = 2;

  /** The time that a client may take for an answer without bytes of a piece. */
  private static final long SHORT_ANSWER_MILLIS = 10_000;

  private final HttpServerRequest request;
  private final LongSupplier nanoTime;
  private final long startedAt;
  private final SpanContext trace;
  private final Consumer<Exchange> onEnd;
  private Optional<Refusal> refusal = Optional.empty();
  private Optional<CacheOutcome> outcome = Optional.empty();
  private Optional<DataSetId> dataSet = Optional.empty();
  private Optional<ProviderId> supplier = Optional.empty();
  private OptionalLong firstByteAt = OptionalLong.empty();
  private Optional<Asked> asked = Optional.empty();
  private long acceptedBytes;
  private boolean over;

  /**
   * @param nanoTime a clock for measuring
   */
  public Exchange(HttpServerRequest request, LongSupplier nanoTime, Consumer<Exchange> onEnd) {
    this.request = request;
    this.nanoTime = nanoTime;
    this.startedAt = nanoTime.getAsLong();
    this.trace = Tracing.current();
    this.onEnd = onEnd;
  }

  public HttpServerRequest request() {
    return request;
  }

  /** The request's span, where it is traced; an invalid one where not. */
  public SpanContext trace() {
    return trace;
  }

  HttpServerResponse response() {
    return request.response();
  }

  /** The status of the answer. */
  public int status() {
    return response().getStatusCode();
  }

  /** The reason that there was no piece, where there was none. */
  public Optional<Refusal> refusal() {
    return refusal;
  }

  /** The source of the bytes, where there were some. */
  public Optional<CacheOutcome> outcome() {
    return outcome;
  }

  /** The source of the bytes, or the code of the reason that there were none. */
  public Optional<String> result() {
    return outcome().map(Object::toString).or(() -> refusal().map(Refusal::code));
  }

  /** The data set that pays. */
  public Optional<DataSetId> dataSet() {
    return dataSet;
  }

  /** The provider that supplied the fill that the bytes came from. */
  public Optional<ProviderId> supplier() {
    return supplier;
  }

  /** Body bytes that the client's socket accepted. */
  public long acceptedBytes() {
    return acceptedBytes;
  }

  /** From the request's head to the first body byte accepted. */
  public Optional<Long> firstByteMicros() {
    return firstByteAt.isPresent()
        ? Optional.of((firstByteAt.getAsLong() - startedAt) / 1_000)
        : Optional.empty();
  }

  /** From the request's head to now. */
  public long elapsedMicros() {
    return (nanoTime.getAsLong() - startedAt) / 1_000;
  }

  /**
   * The piece that was asked for.
   *
   * @param piece the PieceCID by the version that was asked for
   */
  public record Asked(Address payer, PieceName piece, Optional<String> bot) {}

  /** The piece that was asked for, where it was one. */
  public Optional<Asked> asked() {
    return asked;
  }

  /** Tells what is asked for. */
  public void asks(Address payer, PieceName piece, Optional<String> bot) {
    asked = Optional.of(new Asked(payer, piece, bot));
  }

  /** Ends it with an answer that has no body. */
  public void end() {
    endsWith(response().end());
  }

  /** Ends it with an answer of at most 64 KiB. */
  void end(Buffer body) {
    endsWith(response().end(body));
  }

  private void endsWith(Future<Void> sent) {
    sent.onComplete(done -> ended());
    ContextInternal context = (ContextInternal) Vertx.currentContext();
    // most clients have taken it by the end of this turn, and need no timer
    context.nettyEventLoop().execute(() -> watchUnlessOver(context.owner(), sent));
  }

  private void watchUnlessOver(Vertx vertx, Future<Void> sent) {
    if (!over) {
      long timer = vertx.setTimer(SHORT_ANSWER_MILLIS, late -> abandon());
      sent.onComplete(done -> vertx.cancelTimer(timer));
    }
  }

  /** Does a part of the work for it, and abandons it where that fails unexpectedly. */
  public void orAbandon(Runnable work) {
    try {
      work.run();
    } catch (RuntimeException e) {
      // without the query, where a client may have put a secret
      LOG.errorf(e, "a request is not answered: %s %s", request.method(), request.path());
      abandon();
    }
  }

  /** Goes on with it after a wait: as {@link #orAbandon}, unless the client has left. */
  public void resume(Runnable work) {
    if (response().closed()) {
      abandon();
    } else {
      orAbandon(work);
    }
  }

  /** Ends it without an answer, in a way that the client sees. */
  public void abandon() {
    if (request.version() == HttpVersion.HTTP_2) {
      reset();
    } else {
      closeConnection();
    }
    ended();
  }

  /** Closes its connection, and ends all else that is on it. */
  void closeConnection() {
    if (request.connection() instanceof ConnectionBase base) {
      // not from the channel's end, where Vert.x first flushes: the client might take nothing
      var _ = base.channelHandlerContext().close();
    } else {
      request.connection().close();
    }
  }

  /** Vert.x resets no stream that was ended, also where the client has not taken its end yet. */
  private void reset() {
    response().reset(HTTP_2_INTERNAL_ERROR);
    if (response().ended() && request.connection() instanceof ConnectionBase base) {
      ChannelHandlerContext context = base.channelHandlerContext();
      Http2ConnectionHandler streams = base.channel().pipeline().get(Http2ConnectionHandler.class);
      if (streams != null && streams.connection().stream(request.streamId()) != null) {
        var _ =
            streams.resetStream(
                context, request.streamId(), HTTP_2_INTERNAL_ERROR, context.newPromise());
        context.flush();
      }
    }
  }

  void refused(Refusal why) {
    refusal = Optional.of(why);
  }

  void paidBy(DataSetId payingDataSet) {
    dataSet = Optional.of(payingDataSet);
  }

  void servedFrom(CacheOutcome source) {
    outcome = Optional.of(source);
  }

  void suppliedBy(Optional<ProviderId> provider) {
    supplier = provider;
  }

  void accepted(long bytes) {
    if (firstByteAt.isEmpty()) {
      firstByteAt = OptionalLong.of(nanoTime.getAsLong());
    }
    acceptedBytes += bytes;
  }

  /** The client has all of the answer, or has left. */
  void ended() {
    if (!over) {
      over = true;
      onEnd.accept(this);
    }
  }
}
