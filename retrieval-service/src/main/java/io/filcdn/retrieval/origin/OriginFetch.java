package io.filcdn.retrieval.origin;

import io.filcdn.common.piece.PieceCid;
import io.filcdn.retrieval.origin.OriginFailure.Kind;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpClientResponse;
import java.time.Duration;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * One answer of one provider, under way: from the first question, through redirects, to the last
 * byte. Confined to an event loop.
 */
final class OriginFetch {

  private static final Pattern CONTENT_RANGE =
      Pattern.compile("bytes (\\d{1,18})-\\d{1,18}/(\\d{1,18}|\\*)");
  private static final Duration DEFAULT_RETRY_AFTER = Duration.ofSeconds(5);

  private final Vertx vertx;
  private final OriginClient.Rules rules;
  private final Origin origin;
  private final PieceCid piece;
  private final long offset;
  private final OriginSink sink;
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
      Vertx vertx,
      OriginClient.Rules rules,
      Origin origin,
      PieceCid piece,
      long offset,
      OriginSink sink) {
    this.vertx = vertx;
    this.rules = rules;
    this.origin = origin;
    this.piece = piece;
    this.offset = offset;
    this.sink = sink;
    this.timer =
        vertx.setTimer(
            rules.firstByte().toMillis(),
            late -> fail(Kind.TIMEOUT, "no answer within " + rules.firstByte()));
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
      vertx.cancelTimer(timer);
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

  void receive(HttpClientResponse answer) {
    if (over) {
      return;
    }
    Optional<OriginFailure> refused = check(answer);
    if (refused.isPresent()) {
      fail(refused.get().kind(), refused.get().detail());
      return;
    }
    response = answer;
    answer.exceptionHandler(broken -> fail(Kind.FAILED, "the connection broke: " + broken));
    answer.handler(this::take);
    answer.endHandler(end -> end());
    vertx.cancelTimer(timer);
    timer = vertx.setPeriodic(rules.stall().toMillis(), tick -> checkPace());
    sink.answered();
  }

  /** A provider that sends next to nothing is as good as one that sends nothing. */
  private void checkPace() {
    if (!wasPaused && came - cameBefore < rules.leastBytes(piece)) {
      fail(
          Kind.TIMEOUT,
          "expected %d bytes within %s, found %d"
              .formatted(rules.leastBytes(piece), rules.stall(), came - cameBefore));
    }
    cameBefore = came;
    wasPaused = paused;
  }

  /** Whether the answer's head promises the bytes that were asked for. */
  private Optional<OriginFailure> check(HttpClientResponse answer) {
    int status = answer.statusCode();
    String encoding = answer.getHeader("Content-Encoding");
    if (encoding != null && !encoding.equalsIgnoreCase("identity")) {
      return failure(Kind.FAILED, "expected no encoding, found " + shown(encoding));
    }
    if (status == 200) {
      skip = offset;
      return lengthDiffers(answer, piece.rawSize());
    }
    if (status == 206 && offset > 0) {
      String found = String.valueOf(answer.getHeader("Content-Range"));
      Matcher range = CONTENT_RANGE.matcher(found);
      return range.matches() && Long.parseLong(range.group(1)) == offset
          ? lengthDiffers(answer, piece.rawSize() - offset)
          : failure(Kind.FAILED, "expected bytes %d-, found %s".formatted(offset, shown(found)));
    }
    if (status == 404 || status == 410 || status == 451) {
      return failure(Kind.NOT_FOUND, "status " + status);
    }
    if (status == 429 || status == 503) {
      retryAfter = Optional.of(retryAfter(answer));
      return failure(Kind.BUSY, "status " + status);
    }
    return failure(Kind.FAILED, "expected status 200, found " + status);
  }

  private static Duration retryAfter(HttpClientResponse answer) {
    String seconds = answer.getHeader("Retry-After");
    return seconds != null && seconds.matches("\\d{1,6}")
        ? Duration.ofSeconds(Long.parseLong(seconds))
        : DEFAULT_RETRY_AFTER;
  }

  private Optional<OriginFailure> lengthDiffers(HttpClientResponse answer, long expected) {
    String length = answer.getHeader("Content-Length");
    return length == null || length.equals(Long.toString(expected))
        ? Optional.empty()
        : failure(Kind.FAILED, "expected %d bytes, found %s".formatted(expected, shown(length)));
  }

  private Optional<OriginFailure> failure(Kind kind, String detail) {
    return Optional.of(new OriginFailure(origin.provider(), kind, detail));
  }

  private static String shown(String text) {
    return text.length() > 40 ? text.substring(0, 40) + "…" : text;
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
    long missing = piece.rawSize() - offset - received;
    boolean tooMuch = wanted.length() > missing;
    if (tooMuch) {
      wanted = wanted.slice(0, (int) missing);
    }
    received += wanted.length();
    if (wanted.length() > 0) {
      sink.arrived(wanted);
    }
    if (tooMuch) {
      fail(Kind.FAILED, "expected %d bytes, found more".formatted(piece.rawSize() - offset));
    }
  }

  private void end() {
    if (over) {
      return;
    }
    if (received < piece.rawSize() - offset) {
      fail(
          Kind.FAILED, "expected %d bytes, found %d".formatted(piece.rawSize() - offset, received));
    } else {
      over = true;
      vertx.cancelTimer(timer);
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
