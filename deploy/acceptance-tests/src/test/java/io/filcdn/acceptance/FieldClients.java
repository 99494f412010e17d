package io.filcdn.acceptance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.filcdn.acceptance.Recipe.Result;
import io.filcdn.common.piece.PieceCid;
import io.filcdn.testing.provider.Fault;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The recipes of {@code docs/recipes.md} that need programs which not every machine has, each on a
 * large piece of a provider of 100 Mbit/s, with the programs' own time-outs. {@code ./filcdn
 * recipes} runs it; by its name alone it is run by nothing else.
 */
class FieldClients {

  private static final long SIZE = Long.getLong("filcdn.recipes.size", 1L << 30);
  private static final String ONLY = System.getProperty("filcdn.recipes.only", ".*");
  private static final int PROVIDER_BYTES_PER_SECOND = 12_500_000;

  /** Longer than all of a piece takes. */
  private static final Duration LIMIT = Duration.ofMinutes(5);

  /** The most that sockets hold of fetches which are cut. */
  private static final long IN_FLIGHT = 16 << 20;

  /** The bytes that an edge fetches ahead of a reader. */
  private static final long READ_AHEAD = 64 << 20;

  private static final Duration QUIET = Duration.ofSeconds(1);
  private static final Duration SOON = Duration.ofSeconds(60);
  private static final String TOKEN = "token-of-an-operator-of-this-test";

  @TempDir static Path folder;

  private static Path libraries;
  private static Stack stack;
  private static Market market;
  private static Books books;

  /**
   * The cost of one look at a piece.
   *
   * @param supplied bytes that the provider sent
   */
  private record Visit(Duration time, long supplied) {

    @Override
    public String toString() {
      return "%.1f s, %.1f MiB".formatted(time.toMillis() / 1000.0, supplied / 1048576.0);
    }
  }

  private record Placed(TestDataSet dataSet, PieceCid cid) {}

  @BeforeAll
  static void up() throws IOException {
    libraries = FieldFile.installLibraries();
    Files.createSymbolicLink(folder.resolve("node_modules"), libraries);
    stack = Stack.up(folder.resolve("data"), Map.of("FILCDN_ADMIN_TOKEN", TOKEN));
    market = Market.open(stack, folder.resolve("provider"));
    books = new Books(stack);
    System.out.println("CLIENT program | piece | cold, no tree | cached | cold, with its tree");
  }

  @AfterAll
  static void down() {
    market.close();
    stack.close();
  }

  private static Stream<FieldClient> clients() {
    return Arrays.stream(FieldClient.values()).filter(client -> client.name().matches(ONLY));
  }

  @ParameterizedTest
  @MethodSource("clients")
  void readsAPieceColdAndCached(FieldClient client) throws Exception {
    Path stored = client.make(Files.createTempDirectory(folder, "made"), SIZE);
    long size = Files.size(stored);
    Placed placed = place(stored);
    TestDataSet dataSet = placed.dataSet;
    PieceCid cid = placed.cid;
    URI url = stack.pathUrl(dataSet.payer(), cid);

    Visit cold = visitSlowly(client, url, cid, stored);
    assertThat(Client.get(url).bytes()).isEqualTo(size);
    Visit cached = visit(client, url, cid, stored);
    assertThat(Client.get(stack.treeUrl(cid)).status()).isEqualTo(200);
    purge(cid);
    Visit withTree = visitSlowly(client, url, cid, stored);

    System.out.printf(
        "CLIENT %s | %.1f MiB | %s | %s | %s%n", client, size / 1048576.0, cold, cached, withTree);
    assertThat(cold.supplied).isLessThanOrEqualTo(size + IN_FLIGHT);
    assertThat(cached.supplied).isZero();
    assertThat(withTree.supplied).isLessThanOrEqualTo(size + IN_FLIGHT);
    if (!client.readsAll()) {
      assertThat(withTree.supplied).isLessThan(size / 2 + READ_AHEAD);
    }
    // all of it once, and then what its groups were
    await()
        .atMost(SOON)
        .untilAsserted(
            () ->
                assertThat(books.fillBytes(dataSet.id()) - size)
                    .isBetween(client.readsAll() ? size : 1, withTree.supplied));
    assertThat(books.unbilledBytes(dataSet.id())).isZero();
    Files.delete(folder.resolve("provider").resolve(cid.toString()));
    Files.delete(stored);
  }

  /** In a data set of its own; an account sends one transaction at a time. */
  private static synchronized Placed place(Path stored) {
    TestDataSet dataSet = market.newDataSet();
    return new Placed(dataSet, dataSet.add(stored));
  }

  private static Visit visitSlowly(FieldClient client, URI url, PieceCid cid, Path stored)
      throws IOException {
    market.provider().fail(cid, new Fault.Trickles(PROVIDER_BYTES_PER_SECOND));
    Visit visit = visit(client, url, cid, stored);
    market.provider().mend(cid);
    return visit;
  }

  private static Visit visit(FieldClient client, URI url, PieceCid cid, Path stored)
      throws IOException {
    long before = supplied(cid);
    Path place = Files.createTempDirectory(folder, "visit");
    Map<String, List<Recipe>> recipes =
        client.recipes().stream().collect(Collectors.groupingBy(Recipe::language));
    List<Result> results = new ArrayList<>();
    Duration time = Duration.ZERO;
    for (Recipe recipe : recipes.getOrDefault("sh", List.of())) {
      Path there = Files.createTempDirectory(place, "run");
      client.prepare(there, stored);
      long begin = System.nanoTime();
      results.add(recipe.run(url.toString(), there, LIMIT));
      time = time.plusNanos(System.nanoTime() - begin);
    }
    String worker =
        recipes.getOrDefault("js", List.of()).stream()
            .map(Recipe::text)
            .collect(Collectors.joining());
    for (Recipe recipe : recipes.getOrDefault("html", List.of())) {
      try (FieldPage page = FieldPage.open(place, libraries, worker)) {
        long begin = System.nanoTime();
        String html = recipe.text().replace("$URL", url.toString());
        results.add(new Result(page.show(html, LIMIT), place));
        time = time.plusNanos(System.nanoTime() - begin);
      }
    }
    client.check(results, stored);
    awaitQuiet(cid);
    delete(place);
    return new Visit(time, supplied(cid) - before);
  }

  private static long supplied(PieceCid cid) {
    return market.provider().fetches(cid).bytes();
  }

  /** Waits until nothing more is fetched, as it is for a while behind a client that has left. */
  private static void awaitQuiet(PieceCid cid) {
    AtomicLong last = new AtomicLong(-1);
    await()
        .atMost(SOON)
        .pollInterval(QUIET)
        .until(
            () -> {
              long now = supplied(cid);
              return last.getAndSet(now) == now;
            });
  }

  /** They would fill the disk. */
  private static void delete(Path place) throws IOException {
    try (Stream<Path> files = Files.walk(place)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }

  private static void purge(PieceCid cid) throws IOException, InterruptedException {
    URI piece = stack.management("retrieval").resolve("/api/v1/admin/pieces/" + cid);
    try (HttpClient http = HttpClient.newHttpClient()) {
      HttpRequest request =
          HttpRequest.newBuilder(piece).DELETE().header("Authorization", "Bearer " + TOKEN).build();
      assertThat(http.send(request, BodyHandlers.ofString()).body()).contains("\"wasCached\":true");
    }
  }
}
