package io.filcdn.indexer.screening;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.filcdn.common.chain.Address;
import io.filcdn.service.http.WholeAnswer;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.Optional;

/**
 * A sanctions API in the manner of Chainalysis: {@code GET {url}/{address}} with the key in {@code
 * X-API-Key} answers {@code {"identifications": […]}}, and an address with an identification is
 * sanctioned.
 */
public final class HttpScreener implements Screener {

  private static final int OK = 200;
  private static final ObjectMapper JSON = new ObjectMapper();

  private final HttpClient client;
  private final String url;
  private final Optional<String> key;
  private final Duration timeout;

  /**
   * @param url what the address is appended to, after a slash
   */
  public HttpScreener(URI url, Optional<String> key, Duration timeout) {
    this.client = HttpClient.newBuilder().connectTimeout(timeout).build();
    this.url = url.toString().replaceFirst("/$", "");
    this.key = key;
    this.timeout = timeout;
  }

  @Override
  public Verdict screen(Address address) {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create(url + "/" + address))
            .header("Accept", "application/json");
    key.ifPresent(value -> request.header("X-API-Key", value));
    try {
      return verdict(WholeAnswer.of(client, request.build(), BodyHandlers.ofString(), timeout));
    } catch (IOException e) {
      return new Verdict.Unavailable("the screening API does not answer: " + e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return new Verdict.Unavailable("screening was interrupted");
    }
  }

  private static Verdict verdict(HttpResponse<String> answer) throws IOException {
    if (answer.statusCode() != OK) {
      return new Verdict.Unavailable(
          "expected 200 of the screening API, found " + answer.statusCode());
    }
    JsonNode identifications = JSON.readTree(answer.body()).path("identifications");
    if (!identifications.isArray()) {
      return new Verdict.Unavailable("expected identifications in the screening API's answer");
    }
    return identifications.isEmpty() ? new Verdict.Clear() : new Verdict.Sanctioned();
  }
}
