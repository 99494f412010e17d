package io.filcdn.indexer.health;

import io.filcdn.service.http.WholeAnswer;
import java.io.IOException;
import java.io.PrintStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;

/**
 * A program that asks services whether they are ready, for {@code helm test}: it ends with 0 where
 * all are. It is here because an image has no other tool to ask with.
 */
final class ReadinessProbe {

  private static final Duration TIMEOUT = Duration.ofSeconds(10);
  private static final int OK = 200;

  private ReadinessProbe() {}

  static void main(String[] urls) {
    System.exit(ask(Stream.of(urls).map(URI::create).toList(), System.out) ? 0 : 1);
  }

  /** Asks each, and tells what it answered. */
  static boolean ask(List<URI> urls, PrintStream out) {
    try (HttpClient client = HttpClient.newBuilder().connectTimeout(TIMEOUT).build()) {
      // all are asked, also after one that is not ready
      return urls.stream().filter(url -> isReady(client, url, out)).count() == urls.size();
    }
  }

  private static boolean isReady(HttpClient client, URI url, PrintStream out) {
    try {
      HttpResponse<String> answer =
          WholeAnswer.of(
              client, HttpRequest.newBuilder(url).build(), BodyHandlers.ofString(), TIMEOUT);
      boolean ready = answer.statusCode() == OK;
      out.printf(
          "%s %s%s%n", url, ready ? "is ready" : "is not ready: ", ready ? "" : answer.body());
      return ready;
    } catch (IOException e) {
      out.printf("%s does not answer: %s%n", url, e);
      return false;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }
}
