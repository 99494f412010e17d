package io.filcdn.retrieval.origin;

import io.filcdn.common.piece.PieceCid;
import io.filcdn.retrieval.origin.OriginFailure.Kind;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpClientResponse;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** One answer of one provider, under way. Confined to an event loop. */
public final class OriginFetch {

  private static final Pattern CONTENT_RANGE =
      Pattern.compile("bytes (\\d{1,18})-\\d+/(\\d{1,18})");

  private final PieceCid piece;
  private final long offset;
  private final OriginSink sink;
  private long skip;
  private long received;
  private boolean over;
  private @Nullable HttpClientRequest request;
  private @Nullable HttpClientResponse response;

  OriginFetch(PieceCid piece, long offset, OriginSink sink) {
    this.piece = piece;
    this.offset = offset;
    this.sink = sink;
  }

  PieceCid piece() {
    return piece;
  }

  long offset() {
    return offset;
  }

  /** Asks the provider to wait. */
  public void pause() {
    if (response != null && !over) {
      response.pause();
    }
  }

  /** Lets the provider go on. */
  public void resume() {
    if (response != null && !over) {
      response.resume();
    }
  }

  /** Drops the provider; the sink hears no more of it. */
  public void cancel() {
    over = true;
    if (request != null) {
      request.reset();
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
  }

  /** Whether the answer's head promises the bytes that were asked for. */
  private Optional<OriginFailure> check(HttpClientResponse answer) {
    int status = answer.statusCode();
    if (status == 200) {
      skip = offset;
      return lengthDiffers(answer, piece.rawSize());
    }
    if (status == 206 && offset > 0) {
      Matcher range = CONTENT_RANGE.matcher(String.valueOf(answer.getHeader("Content-Range")));
      if (!range.matches() || Long.parseLong(range.group(1)) != offset) {
        return Optional.of(
            new OriginFailure(
                Kind.FAILED,
                "expected bytes %d-, found %s"
                    .formatted(offset, answer.getHeader("Content-Range"))));
      }
      return lengthDiffers(answer, piece.rawSize() - offset);
    }
    if (status == 404 || status == 410 || status == 451) {
      return Optional.of(new OriginFailure(Kind.NOT_FOUND, "status " + status));
    }
    return Optional.of(new OriginFailure(Kind.FAILED, "expected status 200, found " + status));
  }

  private static Optional<OriginFailure> lengthDiffers(HttpClientResponse answer, long expected) {
    String length = answer.getHeader("Content-Length");
    return length == null || length.equals(Long.toString(expected))
        ? Optional.empty()
        : Optional.of(
            new OriginFailure(
                Kind.FAILED, "expected %d bytes, found %s".formatted(expected, shown(length))));
  }

  private static String shown(String text) {
    return text.length() > 40 ? text.substring(0, 40) + "…" : text;
  }

  private void take(Buffer bytes) {
    if (over) {
      return;
    }
    Buffer wanted = bytes;
    if (skip > 0) {
      int skipped = (int) Math.min(skip, bytes.length());
      skip -= skipped;
      wanted = bytes.slice(skipped, bytes.length());
    }
    if (received + wanted.length() > piece.rawSize() - offset) {
      fail(Kind.FAILED, "expected %d bytes, found more".formatted(piece.rawSize() - offset));
    } else if (wanted.length() > 0) {
      received += wanted.length();
      sink.arrived(wanted);
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
      sink.completed();
    }
  }

  void fail(Kind kind, String detail) {
    if (!over) {
      cancel();
      sink.failed(new OriginFailure(kind, detail));
    }
  }
}
