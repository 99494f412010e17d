package io.filcdn.retrieval.usage;

import io.filcdn.common.kafka.RecordJson;
import io.filcdn.common.lease.EdgeStatus;
import io.filcdn.common.lease.JournalEnd;
import io.filcdn.common.lease.JournalProgress;
import io.filcdn.common.lease.LeaseAnswer;
import io.filcdn.common.lease.LeaseRequest;
import io.filcdn.service.http.WholeAnswer;
import io.filcdn.service.tracing.Tracing;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;

/** The lease contract, from the edge's side. Its calls block. */
public final class LeaseClient implements Lessor {

  /** The bytes of the longest answer: some hundred for each lease. */
  private static final long MOST_BYTES = 4 << 20;

  private final HttpClient http;
  private final URI service;
  private final EdgeIdentity identity;
  private final Duration timeout;

  /**
   * @param service where metrics is
   * @param identity by which it knows this edge
   * @param timeout how long one call may take
   */
  public LeaseClient(URI service, EdgeIdentity identity, Duration timeout) {
    // one request at a time: HTTP/2 has nothing to share, and its answers come by more threads
    this.http =
        HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(timeout)
            .build();
    this.service = service;
    this.identity = identity;
    this.timeout = timeout;
  }

  /**
   * A refusal: metrics does not take this edge for who it says it is, and no call helps until that
   * changes.
   */
  static final class RefusedException extends NotAnsweredException {

    RefusedException(String message) {
      super(message);
    }
  }

  @Override
  public LeaseAnswer lease(LeaseRequest request) throws NotAnsweredException {
    return call(LeaseRequest.PATH, request, LeaseAnswer.class);
  }

  JournalEnd.Answer end(JournalEnd end) throws NotAnsweredException {
    return call(JournalEnd.PATH, end, JournalEnd.Answer.class);
  }

  JournalProgress.Answer progress(JournalProgress progress) throws NotAnsweredException {
    return call(JournalProgress.PATH, progress, JournalProgress.Answer.class);
  }

  EdgeStatus.Answer status(EdgeStatus status) throws NotAnsweredException {
    return call(EdgeStatus.PATH, status, EdgeStatus.Answer.class);
  }

  private <T> T call(String path, Object body, Class<T> answer) throws NotAnsweredException {
    String json = RecordJson.write(body);
    HttpRequest.Builder request =
        HttpRequest.newBuilder(service.resolve(path))
            .header("Content-Type", "application/json")
            .header("Authorization", identity.sign(path, json).header())
            .POST(HttpRequest.BodyPublishers.ofString(json));
    Tracing.tell(Tracing.current(), request::header);
    try {
      HttpResponse<String> response =
          WholeAnswer.of(
              http, request.build(), HttpResponse.BodyHandlers.ofString(), MOST_BYTES, timeout);
      if (response.statusCode() != 200) {
        throw notAnswered(response.uri(), response);
      }
      return RecordJson.read(response.body(), answer);
    } catch (IOException | IllegalArgumentException e) {
      throw new NotAnsweredException("expected an answer of %s, found %s".formatted(service, e));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new NotAnsweredException("interrupted");
    }
  }

  private static NotAnsweredException notAnswered(URI uri, HttpResponse<String> response) {
    String found =
        "expected status 200 of %s, found %d: %s"
            .formatted(uri, response.statusCode(), firstLine(response.body()));
    return response.statusCode() == 401 || response.statusCode() == 403
        ? new RefusedException(found)
        : new NotAnsweredException(found);
  }

  private static String firstLine(String body) {
    return body.lines().findFirst().map(l -> l.substring(0, Math.min(200, l.length()))).orElse("");
  }

  @Override
  public void close() {
    http.shutdownNow();
  }
}
