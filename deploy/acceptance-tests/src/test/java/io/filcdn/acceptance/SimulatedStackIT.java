package io.filcdn.acceptance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.withinPercentage;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.filcdn.acceptance.Script.Outcome;
import io.filcdn.common.piece.PieceCid;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The simulation against the real stack: three edges serve what chance asks for, from a seed, and
 * the simulation is given the same requests. Metrics gets as many calls for leases and as many rows
 * in both, within 5 %.
 */
@Tag("slow")
class SimulatedStackIT {

  private static final JsonMapper JSON = JsonMapper.builder().build();
  private static final Duration SOON = Duration.ofMinutes(3);

  private static final long SEED = 27;
  private static final Duration TIME = Duration.ofMinutes(2);
  private static final double TOLERANCE = 5;

  /** Requests a second for each data set at each edge. */
  private static final double[] RATES = {2, 1, 0.7, 0.5, 0.4, 0.3};

  private static final int LARGEST = 600_000;
  private static final int FLUSH_MILLIS = 2_000;
  private static final int RENEW_MILLIS = 2_000;
  private static final int IDLE_MILLIS = 5_000;
  private static final int FORGET_MILLIS = 10_000;
  private static final long ADVANCE = 1_000_000;
  private static final long STANDING = 500_000;

  private static final Map<String, String> SETTINGS =
      Map.of(
          "FILCDN_RETRIEVAL_LEASES_ADVANCE", "" + ADVANCE,
          "FILCDN_RETRIEVAL_LEASES_STANDING", "" + STANDING,
          "FILCDN_RETRIEVAL_LEASES_IDLE", IDLE_MILLIS + "ms",
          "FILCDN_RETRIEVAL_LEASES_FORGET", FORGET_MILLIS + "ms",
          "FILCDN_RETRIEVAL_LEASES_RENEW_EVERY", RENEW_MILLIS + "ms",
          "FILCDN_RETRIEVAL_USAGE_FLUSH_INTERVAL", FLUSH_MILLIS + "ms",
          "FILCDN_RETRIEVAL_LIMITS_QUOTA_SHARE_PER_CLIENT", "1");

  private static final String CALLS = "filcdn_leases_requests_seconds_count";
  private static final String CALL_SECONDS = "filcdn_leases_requests_seconds_sum";
  private static final String ROWS = "filcdn_egress_rows_total";

  @TempDir Path folder;

  private Stack stack;
  private Market market;
  private final List<AnotherEdge> edges = new ArrayList<>();

  @BeforeEach
  void up() {
    stack = Stack.up(folder.resolve("data"), SETTINGS);
    market = Market.open(stack, folder.resolve("provider"));
    for (String name : List.of("first", "second", "third")) {
      edges.add(AnotherEdge.start(stack, name, folder.resolve(name), SETTINGS));
    }
  }

  @AfterEach
  void down() {
    edges.forEach(AnotherEdge::close);
    market.close();
    stack.close();
  }

  @Test
  void callsForLeasesAndRowsAreThoseOfTheStack() throws Exception {
    List<TestDataSet> dataSets = new ArrayList<>();
    List<List<URI>> urls = new ArrayList<>();
    for (int i = 0; i < RATES.length; i++) {
      dataSets.add(market.newDataSet());
      urls.add(urls(dataSets.get(i), i));
    }
    awaitNothingHeld();
    double calls = shown(CALLS);
    double seconds = shown(CALL_SECONDS);
    double rows = shown(ROWS);

    ArrayNode requests = fetchAll(dataSets, urls);

    calls = shown(CALLS) - calls;
    seconds = shown(CALL_SECONDS) - seconds;
    rows = awaitAllCounted() - rows;
    JsonNode simulated = simulate(requests, dataSets, seconds / calls);
    System.out.printf(
        "SIMULATION %d requests; calls for leases: %.0f, simulated %d; rows: %.0f, simulated %d%n",
        requests.size(),
        calls,
        simulated.path("calls").asLong(),
        rows,
        simulated.path("rows").asLong());
    assertThat(simulated.path("requests").asInt()).isEqualTo(requests.size());
    assertThat(simulated.path("calls").asDouble()).isCloseTo(calls, withinPercentage(TOLERANCE));
    assertThat(simulated.path("rows").asDouble()).isCloseTo(rows, withinPercentage(TOLERANCE));
  }

  /** A piece of a data set at each edge, cached there. */
  private List<URI> urls(TestDataSet dataSet, int number) {
    byte[] bytes = new byte[LARGEST / (number + 1)];
    new Random(SEED + number).nextBytes(bytes);
    PieceCid cid = dataSet.add(bytes);
    List<URI> urls = edges.stream().map(edge -> edge.url(dataSet.payer(), cid)).toList();
    for (URI url : urls) {
      await().atMost(SOON).until(() -> Client.get(url).status() == 200);
    }
    return urls;
  }

  private double shown(String name) {
    return MetricsPage.sum(stack.management("metrics"), name, "");
  }

  private void awaitNothingHeld() {
    // it is looked at once a minute
    await()
        .during(Duration.ofSeconds(65))
        .atMost(SOON.multipliedBy(2))
        .until(() -> shown("filcdn_leases_held_bytes") == 0);
  }

  /** Rows once no more come. */
  private double awaitAllCounted() {
    double[] last = {-1};
    await()
        .pollInterval(Duration.ofSeconds(10))
        .atMost(SOON)
        .until(
            () -> {
              double before = last[0];
              last[0] = shown(ROWS);
              return before == last[0];
            });
    return last[0];
  }

  /** Fetches what chance asks for when it does; tells what was fetched when. */
  private ArrayNode fetchAll(List<TestDataSet> dataSets, List<List<URI>> urls) throws Exception {
    ConcurrentLinkedQueue<ArrayNode> fetched = new ConcurrentLinkedQueue<>();
    long begun = System.nanoTime();
    List<Future<?>> all = new ArrayList<>();
    try (ScheduledExecutorService clients = Executors.newScheduledThreadPool(16)) {
      for (int i = 0; i < RATES.length; i++) {
        String dataSet = dataSets.get(i).id().toString();
        for (int edge = 0; edge < edges.size(); edge++) {
          int number = edge;
          URI url = urls.get(i).get(edge);
          for (long at : times(RATES[i], SEED * 100 + i * 10L + edge)) {
            all.add(
                clients.schedule(
                    () -> fetched.add(fetch(url, number, dataSet, begun)),
                    at,
                    TimeUnit.NANOSECONDS));
          }
        }
      }
      for (Future<?> one : all) {
        one.get();
      }
      long left = TIME.toNanos() - (System.nanoTime() - begun);
      clients.schedule(() -> {}, left, TimeUnit.NANOSECONDS).get();
    }
    ArrayNode requests = JSON.createArrayNode();
    fetched.forEach(requests::add);
    return requests;
  }

  private static List<Long> times(double rate, long seed) {
    Random random = new Random(seed);
    List<Long> times = new ArrayList<>();
    double at = random.nextExponential() / rate;
    while (at < TIME.toSeconds()) {
      times.add(Math.round(at * 1e9));
      at += random.nextExponential() / rate;
    }
    return times;
  }

  private static ArrayNode fetch(URI url, int edge, String dataSet, long begun) {
    Download download = Client.get(url);
    assertThat(download.status()).isEqualTo(200);
    return JSON.createArrayNode()
        .add(System.nanoTime() - begun)
        .add(edge)
        .add(dataSet)
        .add(download.bytes())
        .add(0);
  }

  /** The simulation's answer; the stack's own edge, which served nothing, is the fourth. */
  private JsonNode simulate(ArrayNode requests, List<TestDataSet> dataSets, double callSeconds)
      throws IOException {
    ObjectNode file =
        JSON.createObjectNode()
            .put("edges", edges.size() + 1)
            .put("flushMillis", FLUSH_MILLIS)
            .put("renewMillis", RENEW_MILLIS)
            .put("idleMillis", IDLE_MILLIS)
            .put("forgetMillis", FORGET_MILLIS)
            .put("advance", ADVANCE)
            .put("standing", STANDING)
            .put("shareInAdvance", 4)
            .put("timeToLiveMillis", 60_000)
            .put("callMillis", Math.max(1, Math.round(callSeconds * 1_000)))
            .put("kafkaMillis", 500)
            .put("batchMillis", 5_000)
            .put("partitions", 30)
            .put("untilMillis", TIME.toMillis());
    ArrayNode grants = file.putArray("grants");
    dataSets.forEach(
        dataSet ->
            grants
                .addObject()
                .put("dataSet", dataSet.id().toString())
                .put("cdn", 1L << 50)
                .put("cacheMiss", 1L << 50));
    file.set("requests", requests);
    Path path = Files.writeString(folder.resolve("requests.json"), file.toString());
    Outcome outcome = Script.run("simulate", "--no-build", "--replay", path.toString());
    assertThat(outcome.exitCode()).as(outcome.text()).isZero();
    return JSON.readTree(outcome.text().substring(outcome.text().indexOf('{')));
  }
}
