package io.filcdn.service.http;

import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandler;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.HttpTimeoutException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * An answer that comes whole within a time and a size, or not at all. A timeout of an {@link
 * HttpRequest} ends with the head of its answer: whoever sends a head, and then nothing, would be
 * waited for without end.
 */
public final class WholeAnswer {

  /** The bytes of an answer whose caller says nothing of its size. */
  private static final long USUALLY_MOST = 1 << 20;

  private WholeAnswer() {}

  /** Asks, and waits; for an answer of at most 1 MiB. */
  public static <T> HttpResponse<T> of(
      HttpClient http, HttpRequest request, BodyHandler<T> body, Duration time)
      throws IOException, InterruptedException {
    return of(http, request, body, USUALLY_MOST, time);
  }

  /**
   * Asks, and waits.
   *
   * @param mostBytes of the answer's body
   * @param time from the call to the body's last byte
   * @throws HttpTimeoutException if that passes
   * @throws IOException if there is no answer, or one that is too large
   */
  public static <T> HttpResponse<T> of(
      HttpClient http, HttpRequest request, BodyHandler<T> body, long mostBytes, Duration time)
      throws IOException, InterruptedException {
    CompletableFuture<HttpResponse<T>> asked =
        http.sendAsync(request, BodyHandlers.limiting(body, mostBytes));
    try {
      return asked.get(time.toNanos(), TimeUnit.NANOSECONDS);
    } catch (TimeoutException e) {
      throw new HttpTimeoutException("expected the whole answer within " + time);
    } catch (ExecutionException e) {
      throw e.getCause() instanceof IOException failure ? failure : new IOException(e.getCause());
    } finally {
      asked.cancel(true);
    }
  }
}
