package io.filcdn.metrics;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.filcdn.testing.bench.BenchReport;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * The credit that gateways can reserve and commit, one call after the other, and the time that a
 * call takes. Each reservation is committed in the next call of its gateway.
 */
final class CreditCases {

  /** A gateway's requests that came while its last call was under way. */
  private static final int RESERVATIONS_A_CALL = 20;

  private static final int GATEWAYS = 2;
  private static final int ACCOUNTS = 1_000;
  private static final int WARM_UP = 10_000;
  private static final int CALLS = 3_000;
  private static final int LEAST_A_SECOND = 5_000;
  private static final double MOST_MILLIS = 10;

  private static final JsonMapper JSON = JsonMapper.builder().build();

  private final HttpClient http;
  private final int port;
  private final String adminToken;

  CreditCases(HttpClient http, int port, String adminToken) {
    this.http = http;
    this.port = port;
    this.adminToken = adminToken;
  }

  void measure(BenchReport report) throws Exception {
    String token =
        post(
                "admin/credit-services",
                adminToken,
                "{\"name\":\"gateway\",\"scopes\":[\"reserve:uploadBytes\",\"grant:uploadBytes\"]}")
            .get("token")
            .asText();
    for (int account = 0; account < ACCOUNTS; account++) {
      post(
          "credits/grants",
          token,
          """
          {"id":"g%1$d","account":"c%1$d","kind":"uploadBytes","amount":"1000000000000",
           "source":"bench"}
          """
              .formatted(account));
    }
    try (ExecutorService threads = Executors.newFixedThreadPool(GATEWAYS)) {
      List<Gateway> gateways =
          IntStream.range(0, GATEWAYS).mapToObj(i -> new Gateway(i, token)).toList();
      all(threads, gateways, WARM_UP);
      long begun = System.nanoTime();
      long[] nanos = all(threads, gateways, CALLS);
      double seconds = (System.nanoTime() - begun) / 1e9;
      report.atLeast(
          LEAST_A_SECOND,
          "reservations of credit, %d a call".formatted(RESERVATIONS_A_CALL),
          nanos.length * RESERVATIONS_A_CALL / seconds,
          "/s");
      report.atMost(MOST_MILLIS, "call of reservations and commits, p99", at(99, nanos), "ms");
      report.value("call of reservations and commits, p50", at(50, nanos), "ms");
    }
  }

  /** The times that the calls of all gateways took, the shortest first. */
  private static long[] all(ExecutorService threads, List<Gateway> gateways, int calls)
      throws Exception {
    List<Callable<long[]>> work = new ArrayList<>();
    gateways.forEach(gateway -> work.add(() -> gateway.call(calls)));
    List<long[]> parts = new ArrayList<>();
    for (Future<long[]> part : threads.invokeAll(work)) {
      parts.add(part.get());
    }
    return parts.stream().flatMapToLong(Arrays::stream).sorted().toArray();
  }

  private static double at(int percent, long[] sortedNanos) {
    return sortedNanos[sortedNanos.length * percent / 100] / 1e6;
  }

  private JsonNode post(String path, String token, String body)
      throws IOException, InterruptedException {
    HttpRequest call =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:%d/api/v1/%s".formatted(port, path)))
            .version(HttpClient.Version.HTTP_1_1)
            .timeout(Duration.ofSeconds(10))
            .header("Content-Type", "application/json")
            .header("Authorization", "Bearer " + token)
            .POST(HttpRequest.BodyPublishers.ofString(body, UTF_8))
            .build();
    HttpResponse<String> answer = http.send(call, HttpResponse.BodyHandlers.ofString());
    assertThat(answer.statusCode()).as(answer::body).isBetween(200, 201);
    return JSON.readTree(answer.body());
  }

  /** Reserves for some accounts, and commits what it reserved in the call before. */
  private final class Gateway {

    private final int number;
    private final String token;
    private final Random random;
    private long made;
    private List<String> open = List.of();

    Gateway(int number, String token) {
      this.number = number;
      this.token = token;
      this.random = new Random(number);
    }

    /** Calls {@code count} times, and tells how many nanoseconds each took. */
    long[] call(int count) throws IOException, InterruptedException {
      long[] nanos = new long[count];
      for (int i = 0; i < count; i++) {
        List<String> ids =
            IntStream.range(0, RESERVATIONS_A_CALL)
                .mapToObj(_ -> "%d-%d".formatted(number, made++))
                .toList();
        String body = body(ids);
        long begun = System.nanoTime();
        JsonNode answer = post("credits/operations", token, body);
        nanos[i] = System.nanoTime() - begun;
        assertThat(answer.get("results")).allMatch(result -> result.has("reservation"), "is done");
        open = ids;
      }
      return nanos;
    }

    private String body(List<String> ids) {
      List<String> operations = new ArrayList<>();
      open.forEach(
          id ->
              operations.add("{\"op\":\"commit\",\"id\":\"%s\",\"amount\":\"700\"}".formatted(id)));
      ids.forEach(
          id ->
              operations.add(
                  """
                  {"op":"reserve","id":"%s","account":"c%d","kind":"uploadBytes","amount":"1000",
                   "seconds":60}
                  """
                      .formatted(id, random.nextInt(ACCOUNTS))));
      return operations.stream().collect(Collectors.joining(",", "{\"operations\":[", "]}"));
    }
  }
}
