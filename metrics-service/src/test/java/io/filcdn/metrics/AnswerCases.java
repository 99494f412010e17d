package io.filcdn.metrics;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.filcdn.testing.bench.BenchReport;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Clock;
import java.time.Duration;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.function.IntFunction;

/**
 * How long each endpoint takes to answer, with what {@code bench-answers.sql} puts into the tables:
 * 20,000 data sets, half of them one payer's, and series of 90 days.
 */
final class AnswerCases {

  private static final int ANSWERS = 600;
  private static final int WARM_UP = 200;
  private static final double MOST_MILLIS = 50;

  private final TestStack stack;
  private final int port;

  AnswerCases(TestStack stack, int port) {
    this.stack = stack;
    this.port = port;
  }

  void measure(BenchReport report) throws IOException, SQLException, InterruptedException {
    fill();
    try (HttpClient http = HttpClient.newHttpClient()) {
      for (Map.Entry<String, IntFunction<String>> endpoint : endpoints().entrySet()) {
        double millis = p99(http, endpoint.getValue());
        report.atMost(MOST_MILLIS, "answer " + endpoint.getKey() + ", p99", millis, "ms");
      }
    }
  }

  /** Ends as Postgres itself does it from time to time, and not within a transaction. */
  private void fill() throws IOException, SQLException {
    try (Connection connection = stack.dataSource().getConnection();
        Statement statement = connection.createStatement()) {
      statement.execute(resource("/bench-answers.sql"));
      statement.execute("vacuum analyze");
    }
  }

  /** What each case is called, and the path of its n-th request. */
  private static Map<String, IntFunction<String>> endpoints() {
    String from = "&from=" + Clock.systemUTC().instant().minus(Duration.ofDays(90));
    Map<String, IntFunction<String>> all = new LinkedHashMap<>();
    all.put("/data-set", n -> "/data-set/" + (100_000 + n));
    all.put("/payer of 10 data sets", n -> payer("/payer/", n));
    all.put("/payer of 10,000 data sets", _ -> payer("/payer/", 0xfff));
    all.put("/data-sets", n -> "/api/v1/data-sets/" + (100_000 + n));
    all.put("/audit", n -> "/api/v1/audit/" + (100_000 + n));
    all.put("/series, a week of hours", n -> series("data-set/", 100_000 + n) + "hour" + week());
    all.put("/series, 90 days", n -> series("data-set/", 100_000 + n) + "day" + from);
    all.put("/series of a payer", n -> payer("/api/v1/series/payer/", n) + "?by=day" + from);
    all.put("/top of data sets, 90 days", _ -> "/api/v1/top/data-set?days=90&limit=100");
    all.put("/top of countries, 7 days", _ -> "/api/v1/top/country");
    all.put("/totals, 90 days", _ -> "/api/v1/totals?days=90");
    all.put("/statement of 200 data sets", n -> "/api/v1/providers/%d/statement".formatted(n % 50));
    all.put("/storage, 90 days", n -> payer("/api/v1/payers/", n) + "/storage?days=90");
    all.put("/latency, a week", _ -> "/api/v1/latency?hours=168");
    all.put("/latency of a provider", n -> "/api/v1/latency?hours=168&provider=" + n % 50);
    all.put("/top-pieces of 100,000", _ -> "/api/v1/top-pieces?days=8&limit=100");
    return all;
  }

  private static String payer(String before, int number) {
    return before + "0x%040x".formatted(number == 0xfff ? number : number % 1000);
  }

  private static String series(String dimension, int value) {
    return "/api/v1/series/" + dimension + value + "?by=";
  }

  private static String week() {
    return "&from=" + Clock.systemUTC().instant().minus(Duration.ofDays(7));
  }

  private double p99(HttpClient http, IntFunction<String> path)
      throws IOException, InterruptedException {
    long[] nanos = new long[ANSWERS];
    for (int i = -WARM_UP; i < ANSWERS; i++) {
      URI uri = URI.create("http://127.0.0.1:" + port + path.apply(i + WARM_UP));
      long begun = System.nanoTime();
      HttpResponse<String> answer =
          http.send(HttpRequest.newBuilder(uri).build(), HttpResponse.BodyHandlers.ofString());
      nanos[Math.max(0, i)] = System.nanoTime() - begun;
      assertThat(answer.statusCode()).as("%s: %s", uri, answer.body()).isEqualTo(200);
      assertThat(answer.body()).as("the answer to %s", uri).hasSizeGreaterThan(2);
    }
    Arrays.sort(nanos);
    return nanos[ANSWERS * 99 / 100] / 1e6;
  }

  private static String resource(String name) throws IOException {
    try (InputStream stream =
        Objects.requireNonNull(AnswerCases.class.getResourceAsStream(name), name)) {
      return new String(stream.readAllBytes(), UTF_8);
    }
  }
}
