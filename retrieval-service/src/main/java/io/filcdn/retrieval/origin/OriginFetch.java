package io.filcdn.retrieval.origin;

import io.filcdn.common.piece.PieceCid;
import io.filcdn.retrieval.origin.OriginFailure.Kind;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpClientResponse;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * One answer of one provider, under way: from the first question, through redirects, to the last
 * byte. Confined to an event loop.
 */
final class OriginFetch {

  private final OriginClient.Tools tools;
  private final Origin origin;
  private final PieceCid piece;
  private final long offset;
  private final OriginSink sink;

  /** Where the answer's part of the piece ends. */
  private long end;

  private long skip;
  private long received;
  private long came;
  private long cameBefore;
  private long timer;
  private boolean paused;

  /** Whether the provider was asked to wait since its pace was looked at. */
  private boolean wasPaused;

  private boolean over;
  private Optional<Duration> retryAfter = Optional.empty();
  private @Nullable HttpClientRequest request;
  private @Nullable HttpClientResponse response;

  OriginFetch(
      OriginClient.Tools tools, Origin origin, PieceCid piece, long offset, OriginSink sink) {
    this.tools = tools;
    this.origin = origin;
    this.piece = piece;
    this.offset = offset;
    this.sink = sink;
    Duration patience = tools.rules().firstByte();
    this.timer =
        tools
            .vertx()
            .setTimer(
                patience.toMillis(), late -> fail(Kind.TIMEOUT, "no answer within " + patience));
  }

  Origin origin() {
    return origin;
  }

  /** Where the piece lies below the provider's service URL, as Curio has it. */
  String path() {
    return "piece/" + piece;
  }

  long offset() {
    return offset;
  }

  /** How long the provider asked to be left alone, where it did. */
  Optional<Duration> retryAfter() {
    return retryAfter;
  }

  /** Asks the provider to wait. */
  void pause() {
    if (response != null && !over && !paused) {
      paused = true;
      wasPaused = true;
      response.pause();
    }
  }

  /** Lets the provider go on. */
  void resume() {
    if (response != null && !over && paused) {
      paused = false;
      response.resume();
    }
  }

  /** Drops the provider; the sink hears no more of it. */
  void cancel() {
    if (!over) {
      over = true;
      tools.vertx().cancelTimer(timer);
      if (request != null) {
        request.reset();
      }
    }
  }

  void sending(HttpClientRequest sent) {
    request = sent;
    if (over) {
      sent.reset();
    }
  }

  boolean isOver() {
    return over;
  }

  void receive(HttpClientResponse answer) {
    if (over) {
      return;
    }
    switch (AnswerHead.of(
        answer.statusCode(), answer.headers(), piece, offset, tools.clock().instant())) {
      case AnswerHead.Part(long start, long partEnd) -> take(answer, start, partEnd);
      case AnswerHead.Refused(Kind kind, String detail, Optional<Duration> wait) -> {
        retryAfter = wait;
        fail(kind, detail);
      }
    }
  }

  private void take(HttpClientResponse answer, long start, long partEnd) {
    skip = offset - start;
    end = partEnd;
    response = answer;
    answer.exceptionHandler(broken -> fail(Kind.FAILED, "the connection broke: " + broken));
    answer.handler(this::take);
    answer.endHandler(last -> end());
    tools.vertx().cancelTimer(timer);
    timer = tools.vertx().setPeriodic(tools.rules().stall().toMillis(), tick -> checkPace());
    sink.answered();
  }

  /** A provider that sends next to nothing is as good as one that sends nothing. */
  private void checkPace() {
    long least = tools.rules().leastBytes(piece);
    if (!wasPaused && came - cameBefore < least) {
      fail(
          Kind.TIMEOUT,
          "expected %d bytes within %s, found %d"
              .formatted(least, tools.rules().stall(), came - cameBefore));
    }
    cameBefore = came;
    wasPaused = paused;
  }

  private void take(Buffer bytes) {
    if (over) {
      return;
    }
    came += bytes.length();
    Buffer wanted = bytes;
    if (skip > 0) {
      int skipped = (int) Math.min(skip, bytes.length());
      skip -= skipped;
      wanted = bytes.slice(skipped, bytes.length());
    }
    long missing = end - offset - received;
    boolean tooMuch = wanted.length() > missing;
    if (tooMuch) {
      wanted = wanted.slice(0, (int) missing);
    }
    received += wanted.length();
    if (wanted.length() > 0) {
      sink.arrived(wanted);
    }
    if (tooMuch) {
      fail(Kind.FAILED, "expected %d bytes, found more".formatted(end - offset));
    }
  }

  private void end() {
    if (over) {
      return;
    }
    if (received < end - offset) {
      fail(Kind.FAILED, "expected %d bytes, found %d".formatted(end - offset, received));
      return;
    }
    over = true;
    tools.vertx().cancelTimer(timer);
    if (end < piece.rawSize()) {
      sink.ranOut();
    } else {
      sink.completed();
    }
  }

  void fail(Kind kind, String detail) {
    if (!over) {
      cancel();
      sink.failed(new OriginFailure(origin.provider(), kind, detail));
    }
  }
}
