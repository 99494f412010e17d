package io.filcdn.retrieval;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.filcdn.common.chain.Address;
import io.filcdn.common.egress.EgressRecord;
import io.filcdn.common.egress.EgressRow;
import io.filcdn.common.index.PlacementRecord;
import io.filcdn.common.payment.DataSetId;
import io.filcdn.common.usage.QuotaRecord.Kind;
import io.filcdn.retrieval.usage.LeaseServer;
import io.filcdn.testing.infra.Infra;
import java.io.IOException;
import java.net.SocketException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.function.ToLongFunction;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is counted where an edge is told to end while clients still take what they asked for. */
class PoliteEndIT {

  private static final Address PAYER = Address.of("0x" + "aa".repeat(20));
  private static final DataSetId DATA_SET = DataSetId.of("fwss/1");
  private static final int SIZE = 24_000_000;

  @TempDir private Path folder;

  private final List<EdgeClient.Exchange> clients = new ArrayList<>();
  private Infra infra;
  private TestIndex index;
  private TestProvider provider;
  private LeaseServer metrics;
  private EdgeProcess edge;

  @BeforeEach
  void open() throws Exception {
    infra = Infra.start();
    index = new TestIndex(infra.kafka());
    provider = new TestProvider();
    metrics = new LeaseServer();
    metrics.grant(DATA_SET, Kind.CDN, 1L << 40);
    metrics.grant(DATA_SET, Kind.CACHE_MISS, 1L << 40);
    index.provider("fwss/1", provider.url()).dataSet("fwss/1", PAYER, "fwss/1");
    Files.createDirectories(folder.resolve("data"));
    edge =
        new EdgeProcess(
            infra.kafka(),
            folder.resolve("data"),
            Map.of(
                "filcdn.retrieval.http.drain-timeout",
                "1s",
                "filcdn.retrieval.cache.max-size",
                SIZE + (SIZE >> 1) + "",
                "filcdn.retrieval.leases.url",
                metrics.uri().toString(),
                "filcdn.retrieval.identity.key",
                metrics.key(folder).toString()));
    edge.awaitReady();
  }

  @AfterEach
  void close() throws Exception {
    for (EdgeClient.Exchange client : clients) {
      client.close();
    }
    edge.close();
    metrics.close();
    provider.close();
    index.close();
    infra.close();
  }

  private TestPiece placed(int size, long seed) {
    TestPiece piece = TestPiece.random(size, seed);
    provider.with(piece);
    PlacementRecord placement = index.place(piece, PAYER, "fwss/1");
    edge.awaitPlaced(placement);
    return piece;
  }

  /** A client that takes a little and then nothing. */
  private long begin(TestPiece piece) throws IOException {
    EdgeClient.Exchange client =
        edge.client().begin("GET", PAYER + ".localhost", "/" + piece.cid());
    clients.add(client);
    return client.read(1_000).length;
  }

  /** What a client gets that takes all there is for it. */
  private static long rest(EdgeClient.Exchange client) throws IOException {
    long all = 0;
    try {
      int some;
      do {
        some = client.read(1_000).length;
        all += some;
      } while (some == 1_000);
    } catch (SocketException reset) {
      // what came before it came
    }
    return all;
  }

  private long counted(ToLongFunction<EgressRow> bytes) {
    return index.egress().stream().flatMap(record -> record.rows().stream()).mapToLong(bytes).sum();
  }

  private static long sent(EgressRow row) {
    return switch (row) {
      case EgressRow.Egress egress -> egress.egressBytes().bytes();
      case EgressRow.Unbilled unbilled -> unbilled.unbilledBytes().bytes();
      case EgressRow.Fill _ -> 0;
    };
  }

  private static long billed(EgressRow row) {
    return row instanceof EgressRow.Egress egress ? egress.egressBytes().bytes() : 0;
  }

  private static long filled(EgressRow row) {
    return row instanceof EgressRow.Fill fill ? fill.fillBytes().bytes() : 0;
  }

  @Test
  void allThatClientsGotIsCountedAndAllThatTheyDidNotIsGivenBack() throws Exception {
    CountDownLatch never = new CountDownLatch(1);
    TestPiece cached = placed(SIZE, 1);
    long got = edge.client().get(PAYER, "/" + cached.cid()).body().length;
    TestPiece filling = placed(SIZE, 2);
    provider.fail(filling, new TestProvider.Fault.WaitsAfter(SIZE / 2, never));
    TestPiece passing = placed(2 * SIZE, 3);
    provider.fail(passing, new TestProvider.Fault.WaitsAfter(SIZE / 2, never));
    for (int i = 0; i < 4; i++) {
      got += begin(cached);
    }
    for (int i = 0; i < 2; i++) {
      got += begin(filling) + begin(passing);
    }

    edge.terminate();
    edge.awaitEnd();
    for (EdgeClient.Exchange client : clients) {
      // what the edge's socket had accepted still comes
      got += rest(client);
    }

    assertThat(got).as("all clients were cut").isLessThan(5L * SIZE);
    long taken = got;
    await()
        .atMost(Duration.ofSeconds(20))
        .untilAsserted(() -> assertThat(counted(PoliteEndIT::sent)).isGreaterThanOrEqualTo(taken));
    assertThat(metrics.held(DATA_SET, Kind.CDN)).isEqualTo(counted(PoliteEndIT::billed));
    assertThat(metrics.held(DATA_SET, Kind.CACHE_MISS)).isEqualTo(counted(PoliteEndIT::filled));
    assertThat(metrics.progress().getLast().sequences())
        .as("the last sequences that metrics was told of")
        .isEqualTo(
            index.egress().stream()
                .collect(
                    Collectors.toMap(EgressRecord::partition, EgressRecord::sequence, Math::max)));
    assertThat(Files.readString(folder.resolve("log")))
        .doesNotContain("ERROR", "Exception in thread", "have not ended", "stay in the journal");
    never.countDown();
  }
}
