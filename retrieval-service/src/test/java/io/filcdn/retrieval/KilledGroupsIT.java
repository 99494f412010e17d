package io.filcdn.retrieval;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.filcdn.common.chain.Address;
import io.filcdn.common.index.PlacementRecord;
import io.filcdn.retrieval.EdgeClient.Answer;
import io.filcdn.testing.infra.EmbeddedKafka;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Groups of a piece through kills of the edge's process: what clients get is right, to where it
 * broke off, and what was synced is not fetched again.
 */
class KilledGroupsIT {

  private static final Address PAYER = Address.of("0x" + "aa".repeat(20));

  /** Raw bytes of a group of 1 MiB. */
  private static final int GROUP = 1_040_384;

  private static final int SIZE = 12 * GROUP - 3;
  private static final int KILLS = 3;
  private static final int CLIENTS = 4;

  /** The requests of a round after which the edge is killed. */
  private static final int BEFORE_KILL = 10;

  @TempDir private Path folder;

  private EmbeddedKafka kafka;
  private TestIndex index;
  private TestProvider provider;
  private EdgeProcess edge;
  private TestPiece piece;

  @BeforeEach
  void open() throws Exception {
    kafka = EmbeddedKafka.start(folder.resolve("kafka"), 0);
    kafka.createTopics(1);
    index = new TestIndex(kafka);
    provider = new TestProvider();
    index.provider("fwss/1", provider.url()).dataSet("fwss/1", PAYER, "fwss/1");
    edge = new EdgeProcess(kafka, Files.createDirectories(folder.resolve("data")), Map.of());
    edge.awaitReady();
    piece = TestPiece.random(SIZE, 11);
    provider.with(piece);
    PlacementRecord placement = index.place(piece, PAYER, "fwss/1");
    edge.awaitPlaced(placement);
    assertThat(edge.client().put("localhost", "/trees/" + piece.cid(), piece.tree()).status())
        .isEqualTo(201);
  }

  @AfterEach
  void close() throws Exception {
    edge.close();
    provider.close();
    index.close();
    kafka.close();
  }

  private Answer get(int first, int last) throws IOException {
    return edge.client().get(PAYER, "/" + piece.cid(), "Range: bytes=%d-%d".formatted(first, last));
  }

  /** Reads ranges until the edge is gone; of each what came is right. */
  private void read(Random random, CountDownLatch requests) {
    try {
      while (true) {
        int first = random.nextInt(SIZE);
        Answer answer = get(first, Math.min(SIZE, first + 1 + random.nextInt(3 * GROUP)) - 1);
        assertThat(answer.status()).isIn(206, 0);
        assertThat(answer.body())
            .isEqualTo(Arrays.copyOfRange(piece.bytes(), first, first + answer.body().length));
        requests.countDown();
      }
    } catch (IOException e) {
      // the edge is gone
    }
  }

  private void readAndKill(int round) throws Exception {
    CountDownLatch requests = new CountDownLatch(BEFORE_KILL);
    try (ExecutorService clients = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<?>> reading = new ArrayList<>();
      for (int i = 0; i < CLIENTS; i++) {
        Random random = new Random(100L * round + i);
        reading.add(clients.submit(() -> read(random, requests)));
      }
      requests.await();
      edge.kill();
      for (Future<?> one : reading) {
        one.get();
      }
    }
    edge.start();
    edge.awaitReady();
  }

  private boolean isSynced() {
    try (var files = Files.walk(folder.resolve("data"))) {
      return files.anyMatch(
          file ->
              file.getFileName().toString().startsWith(piece.cid().toString())
                  && file.toString().endsWith(".groups"));
    } catch (IOException e) {
      // a file has gone while they were listed
      return false;
    }
  }

  @Test
  void whatIsSentIsRightAndWhatWasSyncedIsNotFetchedAgain() throws Exception {
    byte[] beginning = Arrays.copyOf(piece.bytes(), 10);
    assertThat(get(0, 9).body()).isEqualTo(beginning);
    await().atMost(Duration.ofMinutes(1)).until(this::isSynced);

    for (int round = 0; round < KILLS; round++) {
      readAndKill(round);
      long before = provider.bytesSent();
      Answer again = get(0, 9);
      assertThat(again.header("Cache-Status")).isEqualTo("filcdn; hit");
      assertThat(again.body()).isEqualTo(beginning);
      assertThat(provider.bytesSent()).isEqualTo(before);
    }

    assertThat(edge.client().get(PAYER, "/" + piece.cid()).body()).isEqualTo(piece.bytes());
  }
}
