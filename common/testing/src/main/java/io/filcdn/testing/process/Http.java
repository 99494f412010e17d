package io.filcdn.testing.process;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.Optional;

/** Short questions by HTTP to what runs on this machine. */
public final class Http implements AutoCloseable {

  private static final Duration LIMIT = Duration.ofSeconds(10);

  private final HttpClient client =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).connectTimeout(LIMIT).build();

  /** The body that {@code url} answers, where it answers with 200. */
  public Optional<String> get(String url) {
    return send(HttpRequest.newBuilder(URI.create(url)))
        .filter(response -> response.statusCode() == 200)
        .map(HttpResponse::body);
  }

  /** The answer of {@code url}, of whatever status; empty where nothing listens there. */
  public Optional<HttpResponse<String>> ask(String url) {
    return send(HttpRequest.newBuilder(URI.create(url)));
  }

  /** The status that a HEAD request gets; empty for no answer. */
  public Optional<Integer> head(String url) {
    return send(HttpRequest.newBuilder(URI.create(url)).HEAD()).map(HttpResponse::statusCode);
  }

  /** The answer to a JSON text that is posted; empty for no answer. */
  public Optional<HttpResponse<String>> post(URI url, String json) {
    return send(
        HttpRequest.newBuilder(url)
            .header("Content-Type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofString(json)));
  }

  /** The answer to bytes that are put; empty for no answer. */
  public Optional<HttpResponse<String>> put(URI url, byte[] bytes) {
    return send(
        HttpRequest.newBuilder(url)
            .header("Content-Type", "application/octet-stream")
            .PUT(HttpRequest.BodyPublishers.ofByteArray(bytes)));
  }

  private Optional<HttpResponse<String>> send(HttpRequest.Builder request) {
    try {
      return Optional.of(client.send(request.timeout(LIMIT).build(), BodyHandlers.ofString()));
    } catch (IOException e) {
      return Optional.empty();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new StackFailure("interrupted", e);
    }
  }

  @Override
  public void close() {
    client.shutdownNow();
  }
}
