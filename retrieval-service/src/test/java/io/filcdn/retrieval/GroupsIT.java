package io.filcdn.retrieval;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.filcdn.retrieval.EdgeClient.Answer;
import io.filcdn.retrieval.TestProvider.Fault;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A piece whose tree is known is fetched, verified, billed and served by its groups. */
class GroupsIT extends EdgeTest {

  /** Raw bytes of a group of 1 MiB. */
  private static final int GROUP = 1_040_384;

  /** A piece that was here once, so that its tree is known, and was dropped. */
  private TestPiece known(Payer payer, int size) throws IOException {
    TestPiece piece = placed(payer, size);
    learn(piece);
    return piece;
  }

  private void learn(TestPiece piece) throws IOException {
    Payer other = newPayer();
    place(piece, other.address(), other.dataSet());
    assertThat(get(other, piece).body()).isEqualTo(piece.bytes());
    await().atMost(Duration.ofSeconds(20)).until(() -> edge.edge().cache().fills() == 0);
    edge.edge().cache().purge(piece.cid());
    assertThat(isCold(piece)).isTrue();
  }

  @Override
  Map<String, String> settings() {
    return Map.of("filcdn.retrieval.origin.leave-alone", "100ms");
  }

  private static String range(long first, long last) {
    return "Range: bytes=" + first + "-" + last;
  }

  private static byte[] part(TestPiece piece, int first, int last) {
    return Arrays.copyOfRange(piece.bytes(), first, last + 1);
  }

  private void awaitIdle() {
    await().atMost(Duration.ofSeconds(20)).until(() -> edge.edge().cache().underWay() == 0);
  }

  @Test
  void aByteOfAColdPieceCostsOneGroup() throws Exception {
    Payer payer = newPayer();
    TestPiece piece = known(payer, 20 * GROUP);
    long before = provider.bytesSent();

    Answer first = get(payer, piece, range(0, 0));
    Answer middle = get(payer, piece, range(7 * GROUP - 1, 7 * GROUP - 1));

    assertThat(first.status()).isEqualTo(206);
    assertThat(first.body()).isEqualTo(part(piece, 0, 0));
    assertThat(first.header("Cache-Status")).isEqualTo("filcdn; fwd=miss; stored");
    assertThat(middle.body()).isEqualTo(part(piece, 7 * GROUP - 1, 7 * GROUP - 1));
    awaitIdle();
    assertThat(provider.bytesSent() - before).isEqualTo(2 * GROUP);
    assertBilled(payer, 2, 2 * GROUP);
  }

  @Test
  void groupsThatAreHereAreHits() throws Exception {
    Payer payer = newPayer();
    TestPiece piece = known(payer, 5 * GROUP);
    assertThat(get(payer, piece, range(GROUP, GROUP + 9)).whole()).isTrue();
    int requests = provider.requestsFor(piece);

    Answer again = get(payer, piece, range(GROUP + 5, 2 * GROUP - 1));

    assertThat(again.header("Cache-Status")).isEqualTo("filcdn; hit");
    assertThat(again.body()).isEqualTo(part(piece, GROUP + 5, 2 * GROUP - 1));
    assertThat(head(payer, piece).header("Cache-Status")).isEqualTo("filcdn; detail=from-cid");
    assertThat(provider.requestsFor(piece)).isEqualTo(requests);
    assertBilled(payer, 10 + GROUP - 5, GROUP);
  }

  /** Whoever keeps the answer would keep a wrong type with it. */
  @Test
  void whatAPieceIsIsToldOnlyOnceItsFirstBytesAreHere() throws Exception {
    Payer payer = newPayer();
    TestPiece piece = known(payer, 5 * GROUP);

    Answer middle = get(payer, piece, range(3 * GROUP, 3 * GROUP));
    Answer named =
        edge.client()
            .get(
                payer.address(), "/" + piece.cid() + "/a.mp4", range(9 * GROUP / 2, 9 * GROUP / 2));
    Answer first = get(payer, piece, range(0, 0));
    Answer again = get(payer, piece, range(3 * GROUP, 3 * GROUP));

    assertThat(middle.status()).isEqualTo(206);
    assertThat(middle.header("Content-Type")).isEmpty();
    assertThat(named.status()).isEqualTo(206);
    assertThat(named.header("Content-Type")).isEmpty();
    assertThat(first.header("Content-Type")).isEqualTo("application/octet-stream");
    assertThat(again.header("Content-Type")).isEqualTo("application/octet-stream");
    awaitIdle();
    assertBilled(payer, 4, 3 * GROUP);
  }

  @Test
  void everyByteOfAnyRangesIsRightAndFetchedOnce() throws Exception {
    Random random = new Random(7);
    for (int size : List.of(GROUP + 1, 3 * GROUP, 4 * GROUP - 1, 6 * GROUP + 127)) {
      Payer payer = newPayer();
      TestPiece piece = known(payer, size);
      long egress = 0;
      for (int i = 0; i < 20; i++) {
        int first = random.nextInt(size);
        int last = first + random.nextInt(Math.min(size - first, 2 * GROUP));
        Answer answer = get(payer, piece, range(first, last));
        assertThat(answer.status()).isEqualTo(206);
        assertThat(answer.body()).isEqualTo(part(piece, first, last));
        egress += last - first + 1;
      }
      assertThat(get(payer, piece).body()).isEqualTo(piece.bytes());
      awaitIdle();
      assertBilled(payer, egress + size, size);
      // all groups are here: it is a piece like any other
      assertThat(isCold(piece)).isFalse();
      await().atMost(Duration.ofSeconds(20)).until(() -> sparseFiles(piece).isEmpty());
      assertThat(get(payer, piece).header("Cache-Status")).isEqualTo("filcdn; hit");
    }
  }

  @ParameterizedTest(name = "seed {0}")
  @ValueSource(ints = {1, 2, 3, 4})
  void whateverOneProviderDoesTheBooksAreExact(int seed) throws Exception {
    Random random = new Random(seed);
    Payer payer = newPayer();
    int size = 3 * GROUP + random.nextInt(3) - 1;
    TestPiece piece = placedTwice(payer, size);
    learn(piece);
    int at = random.nextInt(size);
    provider.fail(piece, seed % 2 == 0 ? new Fault.WrongByte(at) : new Fault.DiesAfter(at));
    List<EdgeClient.Exchange> all = new ArrayList<>();
    List<byte[]> expected = new ArrayList<>();
    BitSet groups = new BitSet();
    for (int i = 0; i < 5; i++) {
      int first = random.nextInt(size);
      int last = first + random.nextInt(size - first);
      groups.set(first / GROUP, last / GROUP + 1);
      expected.add(part(piece, first, last));
      all.add(begin(payer, piece, range(first, last)));
    }

    long egress = 0;
    for (int i = 0; i < 5; i++) {
      try (EdgeClient.Exchange exchange = all.get(i)) {
        assertThat(exchange.head().status()).isEqualTo(206);
        assertThat(exchange.read(expected.get(i).length)).isEqualTo(expected.get(i));
        egress += expected.get(i).length;
      }
    }
    awaitIdle();
    long fill = groups.stream().map(group -> Math.min(GROUP, size - group * GROUP)).sum();
    assertBilled(payer, egress, fill);
  }

  private List<Path> sparseFiles(TestPiece piece) throws IOException {
    Path sparse = edge.data().resolve("cache").resolve("sparse");
    try (Stream<Path> files = Files.walk(sparse)) {
      return files
          .filter(path -> path.getFileName().toString().startsWith("" + piece.cid()))
          .toList();
    }
  }

  @Test
  void manyReadersShareWhatIsFetched() throws Exception {
    Payer payer = newPayer();
    TestPiece piece = known(payer, 12 * GROUP);
    long before = provider.bytesSent();
    List<EdgeClient.Exchange> all = new ArrayList<>();
    for (int i = 0; i < 6; i++) {
      int first = i * GROUP + 17;
      all.add(begin(payer, piece, range(first, first + 5 * GROUP)));
    }

    for (int i = 0; i < 6; i++) {
      int first = i * GROUP + 17;
      try (EdgeClient.Exchange exchange = all.get(i)) {
        assertThat(exchange.head().status()).isEqualTo(206);
        assertThat(exchange.read(5 * GROUP + 1)).isEqualTo(part(piece, first, first + 5 * GROUP));
      }
    }
    awaitIdle();
    assertThat(provider.bytesSent() - before).isEqualTo(11 * GROUP);
    assertBilled(payer, 6 * (5 * GROUP + 1), 11 * GROUP);
  }

  @Test
  void aLiarIsLeftAtItsFirstWrongGroup() throws Exception {
    Payer payer = newPayer();
    TestPiece piece = placedTwice(payer, 10 * GROUP);
    learn(piece);
    provider.fail(piece, new Fault.WrongByte(3 * GROUP + 5));
    secondProvider.fail(piece, new Fault.WrongByte(8 * GROUP + 5));
    long mismatches = edge.edge().cache().mismatches();

    // each of them lies about one group, and has the other
    assertThat(get(payer, piece, range(0, 4 * GROUP - 1)).body())
        .isEqualTo(part(piece, 0, 4 * GROUP - 1));
    awaitIdle();

    assertThat(edge.edge().cache().mismatches()).isLessThanOrEqualTo(mismatches + 1);
    assertThat(fillBytes(payer)).isLessThanOrEqualTo(4 * GROUP);
    assertBilled(payer, 4 * GROUP, 4 * GROUP);
  }

  @Test
  void whereAllLieNothingWrongIsDelivered() throws Exception {
    Payer payer = newPayer();
    TestPiece piece = known(payer, 4 * GROUP);
    provider.fail(piece, new Fault.WrongByte(2 * GROUP + 1));

    Answer cut = get(payer, piece);

    assertThat(cut.whole()).isFalse();
    assertThat(cut.body()).isEqualTo(Arrays.copyOf(piece.bytes(), cut.body().length));
    assertThat(cut.body().length).isLessThanOrEqualTo(2 * GROUP);
    awaitIdle();
    assertRefused(get(payer, piece, range(3 * GROUP, 3 * GROUP)), 502, "origin-busy");
    assertBilled(payer, cut.body().length, 2 * GROUP);
  }

  @Test
  void whereAProviderDiesAnotherGoesOnWithTheGroup() throws Exception {
    Payer payer = newPayer();
    TestPiece piece = placedTwice(payer, 5 * GROUP);
    learn(piece);
    provider.fail(piece, new Fault.DiesAfter(2 * GROUP + 100));
    secondProvider.fail(piece, new Fault.DiesAfter(3 * GROUP + 100));

    Answer answer = get(payer, piece, range(10, 3 * GROUP - 1));

    assertThat(answer.body()).isEqualTo(part(piece, 10, 3 * GROUP - 1));
    awaitIdle();
    assertBilled(payer, 3 * GROUP - 10, 3 * GROUP);
  }

  @Test
  void aProviderThatKnowsNoRangesIsReadAsFarAsNeeded() throws Exception {
    Payer payer = newPayer();
    TestPiece piece = known(payer, 4 * GROUP);
    provider.fail(piece, new Fault.KnowsNoRanges());

    assertThat(get(payer, piece, range(GROUP + 1, GROUP + 3)).body())
        .isEqualTo(part(piece, GROUP + 1, GROUP + 3));
    awaitIdle();
    assertBilled(payer, 3, GROUP);
  }

  @Test
  void whoLeavesHasOnlyBegunGroupsFetched() throws Exception {
    Payer payer = newPayer();
    TestPiece piece = known(payer, 40 * GROUP);
    CountDownLatch goOn = new CountDownLatch(1);
    provider.fail(piece, new Fault.WaitsAfter(3 * GROUP + 100, goOn));

    try (EdgeClient.Exchange leaves = begin(payer, piece)) {
      assertThat(leaves.read(3 * GROUP)).isEqualTo(part(piece, 0, 3 * GROUP - 1));
      leaves.reset();
    }
    await().atMost(Duration.ofSeconds(20)).until(() -> edge.edge().requests() == 0);
    goOn.countDown();

    awaitIdle();
    assertBilled(payer, 3 * GROUP, 4 * GROUP);
    provider.heal(piece.cid());
    assertThat(get(payer, piece).body()).isEqualTo(piece.bytes());
    awaitIdle();
    assertBilled(payer, 43 * GROUP, 40 * GROUP);
  }

  @Test
  void aReaderFarAheadDoesNotWaitForOneBehind() throws Exception {
    Payer payer = newPayer();
    TestPiece piece = known(payer, 30 * GROUP);
    CountDownLatch goOn = new CountDownLatch(1);
    provider.fail(piece, new Fault.WaitsAfter(GROUP, goOn));

    try (EdgeClient.Exchange slow = begin(payer, piece, range(0, 10 * GROUP))) {
      assertThat(slow.read(GROUP)).isEqualTo(part(piece, 0, GROUP - 1));
      provider.heal(piece.cid());
      assertThat(get(payer, piece, range(20 * GROUP, 20 * GROUP + 9)).body())
          .isEqualTo(part(piece, 20 * GROUP, 20 * GROUP + 9));
      goOn.countDown();
      assertThat(slow.read(9 * GROUP + 1)).isEqualTo(part(piece, GROUP, 10 * GROUP));
    }
    awaitIdle();
    assertBilled(payer, 10 * GROUP + 11, 12 * GROUP);
  }

  @Test
  void aReaderWithinWhatIsFetchedAheadOfAnotherDoesNotWaitForIt() throws Exception {
    Payer payer = newPayer();
    TestPiece piece = known(payer, 40 * GROUP);
    CountDownLatch goOn = new CountDownLatch(1);
    provider.fail(piece, new Fault.WaitsAfter(GROUP, goOn));

    try (EdgeClient.Exchange slow = begin(payer, piece)) {
      assertThat(slow.read(GROUP)).isEqualTo(part(piece, 0, GROUP - 1));
      provider.heal(piece.cid());
      assertThat(get(payer, piece, range(20 * GROUP, 40 * GROUP - 1)).body())
          .isEqualTo(part(piece, 20 * GROUP, 40 * GROUP - 1));
      goOn.countDown();
      assertThat(slow.read(39 * GROUP)).isEqualTo(part(piece, GROUP, 40 * GROUP - 1));
    }
    awaitIdle();
    assertBilled(payer, 60 * GROUP, 40 * GROUP);
  }

  @Test
  void severalProvidersShareALargeRange() throws Exception {
    Payer payer = newPayer();
    TestPiece piece = placedTwice(payer, 40 * GROUP);
    learn(piece);

    assertThat(get(payer, piece).body()).isEqualTo(piece.bytes());

    awaitIdle();
    assertBilled(payer, 40 * GROUP, 40 * GROUP);
    assertThat(fillBytes(payer.dataSet())).isBetween(1L * GROUP, 39L * GROUP);
  }

  @Test
  void aTreeIsToldToOtherEdgesAndGroupsOutliveARestart() throws Exception {
    Payer payer = newPayer();
    TestPiece piece = placed(payer, 9 * GROUP);
    assertThat(get(payer, piece).body()).isEqualTo(piece.bytes());
    Path data = folder.resolve("other-edge");
    String path = "/" + piece.cid();

    TestEdge other = new TestEdge(kafka, data, quota(), settings());
    try {
      await().atMost(Duration.ofSeconds(20)).until(() -> other.edge().knowsTree(piece.cid()));
      await()
          .atMost(Duration.ofSeconds(20))
          .until(() -> other.client().get(payer.address(), path, range(0, 0)).status() == 206);
      long before = provider.bytesSent();
      assertThat(other.client().get(payer.address(), path, range(5 * GROUP, 5 * GROUP + 1)).body())
          .isEqualTo(part(piece, 5 * GROUP, 5 * GROUP + 1));
      await().atMost(Duration.ofSeconds(20)).until(() -> other.edge().cache().underWay() == 0);
      assertThat(provider.bytesSent() - before).isEqualTo(GROUP);
    } finally {
      other.close();
    }
    TestEdge again = new TestEdge(kafka, data, quota(), settings());
    try {
      await()
          .atMost(Duration.ofSeconds(20))
          .until(() -> again.client().get(payer.address(), path, range(0, 0)).status() == 206);
      Answer hit = again.client().get(payer.address(), path, range(5 * GROUP + 1, 6 * GROUP - 1));
      assertThat(hit.header("Cache-Status")).isEqualTo("filcdn; hit");
      assertThat(hit.body()).isEqualTo(part(piece, 5 * GROUP + 1, 6 * GROUP - 1));
      assertThat(hit.header("Content-Type")).isEqualTo("application/octet-stream");
    } finally {
      again.close();
    }
  }
}
