package io.filcdn.retrieval.usage;

import io.filcdn.common.kafka.RecordJson;
import io.filcdn.common.lease.JournalEnd;
import io.filcdn.common.lease.JournalProgress;
import io.filcdn.common.lease.LeaseAnswer;
import io.filcdn.common.lease.LeaseRequest;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;

/** The lease contract, from the edge's side. Its calls block. */
public final class LeaseClient implements AutoCloseable {

  private final HttpClient http;
  private final URI service;
  private final String secret;
  private final Duration timeout;

  /**
   * @param service where metrics is
   * @param secret what it knows this edge by
   * @param timeout how long one call may take
   */
  public LeaseClient(URI service, String secret, Duration timeout) {
    // one request at a time: HTTP/2 has nothing to share, and its answers come by more threads
    this.http =
        HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(timeout)
            .build();
    this.service = service;
    this.secret = secret;
    this.timeout = timeout;
  }

  /** That a call had no good answer; whether it was heard is unknown. */
  static final class NotAnsweredException extends Exception {

    NotAnsweredException(String message) {
      super(message);
    }
  }

  LeaseAnswer lease(LeaseRequest request) throws NotAnsweredException {
    return call(LeaseRequest.PATH, request, LeaseAnswer.class);
  }

  JournalEnd.Answer end(JournalEnd end) throws NotAnsweredException {
    return call(JournalEnd.PATH, end, JournalEnd.Answer.class);
  }

  JournalProgress.Answer progress(JournalProgress progress) throws NotAnsweredException {
    return call(JournalProgress.PATH, progress, JournalProgress.Answer.class);
  }

  private <T> T call(String path, Object body, Class<T> answer) throws NotAnsweredException {
    HttpRequest request =
        HttpRequest.newBuilder(service.resolve(path))
            .timeout(timeout)
            .header("Content-Type", "application/json")
            .header("Authorization", "Bearer " + secret)
            .POST(HttpRequest.BodyPublishers.ofString(RecordJson.write(body)))
            .build();
    try {
      HttpResponse<String> response = http.send(request, HttpResponse.BodyHandlers.ofString());
      if (response.statusCode() != 200) {
        throw new NotAnsweredException(
            "expected status 200 of %s, found %d: %s"
                .formatted(request.uri(), response.statusCode(), firstLine(response.body())));
      }
      return RecordJson.read(response.body(), answer);
    } catch (IOException | IllegalArgumentException e) {
      throw new NotAnsweredException("expected an answer of %s, found %s".formatted(service, e));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new NotAnsweredException("interrupted");
    }
  }

  private static String firstLine(String body) {
    return body.lines().findFirst().map(l -> l.substring(0, Math.min(200, l.length()))).orElse("");
  }

  @Override
  public void close() {
    http.shutdownNow();
  }
}
