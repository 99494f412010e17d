package io.filcdn.retrieval;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.filcdn.common.chain.Address;
import io.filcdn.common.egress.EgressRecord;
import io.filcdn.common.egress.EgressRow;
import io.filcdn.common.index.PlacementRecord;
import io.filcdn.retrieval.EdgeClient.Answer;
import io.filcdn.retrieval.TestProvider.Fault;
import io.filcdn.testing.infra.Infra;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.ToLongFunction;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Bytes are conserved: what clients got lies in the rows of {@code filcdn.egress}, whatever
 * providers, clients and the process do. The edge is a process of its own, ended politely and not.
 */
class ConservationIT {

  private static final Address PAYER = Address.of("0x" + "aa".repeat(20));
  private static final int PIECES = 16;
  private static final int CLIENTS = 8;
  private static final int REQUESTS = 12;

  @TempDir private Path folder;

  private final Random random = new Random(5);
  private Infra infra;
  private TestIndex index;
  private TestProvider first;
  private TestProvider second;
  private EdgeProcess edge;
  private List<TestPiece> pieces;

  @BeforeEach
  void open() throws Exception {
    infra = Infra.start();
    index = new TestIndex(infra.kafka());
    first = new TestProvider();
    second = new TestProvider();
    index
        .provider("fwss/1", first.url())
        .provider("fwss/2", second.url())
        .dataSet("fwss/1", PAYER, "fwss/1")
        .dataSet("fwss/2", PAYER, "fwss/2");
    Files.createDirectories(folder.resolve("data"));
    edge =
        new EdgeProcess(
            infra.kafka(),
            folder.resolve("data"),
            Map.of(
                "filcdn.retrieval.cache.max-size", "6M",
                "filcdn.retrieval.origin.leave-alone", "100ms",
                "filcdn.retrieval.http.drain-timeout", "1s"));
    edge.awaitReady();
    pieces = newPieces();
  }

  @AfterEach
  void close() throws Exception {
    edge.close();
    first.close();
    second.close();
    index.close();
    infra.close();
  }

  /** Pieces of all sizes; of some a provider lies, of some it dies midway. */
  private List<TestPiece> newPieces() {
    List<TestPiece> made = new ArrayList<>();
    List<PlacementRecord> placements = new ArrayList<>();
    for (int i = 0; i < PIECES; i++) {
      TestPiece piece = TestPiece.random(1 + random.nextInt(1_000_000), 100 + i);
      first.with(piece);
      second.with(piece);
      switch (i % 4) {
        case 1 -> first.fail(piece, new Fault.WrongByte(random.nextInt(piece.bytes().length)));
        case 2 -> first.fail(piece, new Fault.DiesAfter(random.nextInt(piece.bytes().length)));
        case 3 -> {
          first.fail(piece, new Fault.DiesAfter(piece.bytes().length / 2));
          second.fail(piece, new Fault.WrongByte(piece.bytes().length - 1));
        }
        default -> {}
      }
      placements.add(index.place(piece, PAYER, "fwss/1"));
      placements.add(index.place(piece, PAYER, "fwss/2"));
      made.add(piece);
    }
    placements.forEach(edge::awaitPlaced);
    return made;
  }

  /**
   * What clients saw.
   *
   * @param whole body bytes of responses that ended as promised
   * @param cut body bytes of those that did not
   * @param cuts how many did not
   */
  private record Seen(long whole, long cut, long cuts) {
    Seen plus(Seen more) {
      return new Seen(whole + more.whole, cut + more.cut, cuts + more.cuts);
    }
  }

  private Seen load(long seed, int requests) throws Exception {
    return load(seed, requests, new CountDownLatch(0));
  }

  private Seen load(long seed, int requests, CountDownLatch ended) throws Exception {
    try (ExecutorService clients = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<Seen>> all = new ArrayList<>();
      for (int i = 0; i < CLIENTS; i++) {
        long clientSeed = seed * 1_000 + i;
        all.add(clients.submit(() -> client(new Random(clientSeed), requests, ended)));
      }
      Seen seen = new Seen(0, 0, 0);
      for (Future<Seen> one : all) {
        seen = seen.plus(one.get());
      }
      return seen;
    }
  }

  private Seen client(Random dice, int requests, CountDownLatch ended) {
    Seen seen = new Seen(0, 0, 0);
    for (int i = 0; i < requests; i++) {
      TestPiece piece = pieces.get(dice.nextInt(PIECES));
      int size = piece.bytes().length;
      int start = dice.nextInt(size);
      String[] headers =
          dice.nextBoolean()
              ? new String[0]
              : new String[] {"Range: bytes=%d-%d".formatted(start, start + dice.nextInt(size))};
      try (EdgeClient.Exchange exchange =
          edge.client().begin("GET", PAYER + ".localhost", "/" + piece.cid(), headers)) {
        if (dice.nextInt(5) == 0) {
          byte[] some = exchange.read(1 + dice.nextInt(size));
          boolean served = exchange.head().status() / 100 == 2;
          seen = seen.plus(new Seen(0, served ? some.length : 0, served ? 1 : 0));
        } else {
          Answer answer = exchange.rest();
          if (answer.status() == 0) {
            seen = seen.plus(new Seen(0, 0, 1));
          } else if (answer.status() / 100 == 2) {
            assertRight(piece, answer);
            long bytes = answer.body().length;
            seen = seen.plus(answer.whole() ? new Seen(bytes, 0, 0) : new Seen(0, bytes, 1));
          }
        }
      } catch (IOException e) {
        // the process is being ended
        seen = seen.plus(new Seen(0, 0, 1));
      }
      ended.countDown();
    }
    return seen;
  }

  /** What ends as promised is right. */
  private static void assertRight(TestPiece piece, Answer answer) {
    if (answer.whole()) {
      String range = answer.header("Content-Range");
      int start = range.isEmpty() ? 0 : Integer.parseInt(range.replaceAll("bytes (\\d+)-.*", "$1"));
      assertThat(answer.body())
          .isEqualTo(
              java.util.Arrays.copyOfRange(piece.bytes(), start, start + answer.body().length));
    }
  }

  /** What a reader takes who accepts each sequence once. */
  private long sum(ToLongFunction<EgressRow> of) {
    Set<List<Object>> known = new HashSet<>();
    return index.egress().stream()
        .filter(r -> known.add(List.of(r.journal(), r.partition(), r.sequence())))
        .flatMap(r -> r.rows().stream())
        .mapToLong(of)
        .sum();
  }

  private long billed() {
    return sum(row -> row instanceof EgressRow.Egress egress ? egress.egressBytes().bytes() : 0);
  }

  private long unbilled() {
    return sum(row -> row instanceof EgressRow.Unbilled row2 ? row2.unbilledBytes().bytes() : 0);
  }

  private long fills() {
    return sum(row -> row instanceof EgressRow.Fill fill ? fill.fillBytes().bytes() : 0);
  }

  private static ConditionFactory patiently() {
    return await().atMost(Duration.ofMinutes(1));
  }

  private void awaitAllTold() {
    patiently()
        .pollInterval(Duration.ofMillis(500))
        .until(
            () -> {
              String metrics =
                  edge.management("GET", "/q/metrics").map(HttpResponse::body).orElse("");
              return metrics.contains("filcdn_journal_records 0.0")
                  && metrics.contains("filcdn_requests 0.0")
                  && metrics.contains("filcdn_fills 0.0");
            });
  }

  private void assertSequencesAreDense() {
    Map<String, List<Long>> journals =
        index.egress().stream()
            .collect(
                Collectors.groupingBy(
                    record -> record.journal() + "/" + record.partition(),
                    Collectors.mapping(EgressRecord::sequence, Collectors.toList())));
    journals
        .values()
        .forEach(
            sequences ->
                assertThat(sequences.stream().distinct())
                    .containsExactlyElementsOf(
                        LongStream.rangeClosed(1, sequences.stream().distinct().count())
                            .boxed()
                            .toList()));
  }

  @Test
  void whatClientsGotIsInTheRowsThroughAbortsFailoversLiesAndRestarts() throws Exception {
    Seen seen = load(1, REQUESTS);
    edge.terminate();
    edge.awaitEnd();
    edge.start();
    edge.awaitReady();
    seen = seen.plus(load(2, REQUESTS));
    awaitAllTold();

    long whole = seen.whole();
    long all = whole + seen.cut();
    // the journal can be empty just before the last counts are flushed to it
    patiently().untilAsserted(() -> assertThat(billed() + unbilled()).isGreaterThanOrEqualTo(all));
    // a response that ended as promised verified, and is billed
    patiently().untilAsserted(() -> assertThat(billed()).isGreaterThanOrEqualTo(whole));
    long rows = billed() + unbilled();
    assertThat(rows - seen.whole() - seen.cut()).isLessThanOrEqualTo(seen.cuts() * 1_000_000);
    assertThat(fills()).isPositive();
    assertSequencesAreDense();
  }

  @Test
  void aKilledEdgeLosesWhatItHadNotFlushedAndTellsNothingTwice() throws Exception {
    long sure = 0;
    for (int round = 0; round < 2; round++) {
      // what ended and was flushed before is sure
      TestPiece piece = pieces.get(4 * round);
      assertThat(edge.client().get(PAYER, "/" + piece.cid()).body()).isEqualTo(piece.bytes());
      sure += piece.bytes().length;
      awaitAllTold();
      long least = sure;
      patiently().untilAsserted(() -> assertThat(billed()).isGreaterThanOrEqualTo(least));
      long told = billed() + unbilled();
      CountDownLatch halfway = new CountDownLatch(CLIENTS * REQUESTS / 3);
      long seed = 10L + round;
      Seen seen;
      try (ExecutorService loading = Executors.newSingleThreadExecutor()) {
        Future<Seen> load = loading.submit(() -> load(seed, REQUESTS, halfway));
        halfway.await();
        edge.kill();
        seen = load.get();
      }
      edge.start();
      edge.awaitReady();
      awaitAllTold();

      assertThat(billed() + unbilled() - told)
          .isBetween(0L, seen.whole() + seen.cut() + seen.cuts() * 1_000_000);
      assertSequencesAreDense();
    }
  }
}
