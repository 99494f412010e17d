package io.filcdn.retrieval.cache;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.filcdn.common.chain.Address;
import io.filcdn.common.piece.CommP;
import io.filcdn.common.piece.CommPHasher;
import io.filcdn.common.piece.NodeTree;
import io.filcdn.common.piece.PieceCid;
import io.filcdn.common.proof.PieceGroups;
import io.filcdn.common.proof.PieceTree;
import io.filcdn.retrieval.bytes.ByteRange;
import io.filcdn.retrieval.bytes.ByteRanges;
import io.filcdn.retrieval.bytes.PieceBytes;
import io.filcdn.retrieval.cache.RangeProvider.Fault;
import io.filcdn.retrieval.origin.Origin;
import io.filcdn.retrieval.tree.TreeStore;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The reach and the sources of fills by groups. Pieces are made of one group, again and again. */
class GroupFillTest {

  private static final int GROUP = 1_040_384;
  private static final Address OTHER_PAYER = Address.of("0x" + "a0".repeat(20));

  @TempDir Path folder;

  private final Vertx vertx = Vertx.vertx();
  private TreeStore trees;
  private RangeProvider first;
  private RangeProvider second;
  private TestCache cache;

  @BeforeEach
  void open() throws IOException {
    trees = TreeStore.open(Files.createDirectory(folder.resolve("trees")), 1 << 30);
    first = new RangeProvider(1);
    second = new RangeProvider(2);
    // eight groups are read ahead, the least
    cache = new TestCache(vertx, folder.resolve("cache"), trees, 64L << 30, 1);
  }

  @AfterEach
  void close() throws Exception {
    cache.close();
    first.close();
    second.close();
    vertx.close().toCompletionStage().toCompletableFuture().get(20, TimeUnit.SECONDS);
    trees.close();
  }

  private static byte at(long positionInGroup) {
    return (byte) (positionInGroup * 31 + positionInGroup / 1_000);
  }

  /** A piece of so many like groups, whose tree is known, and that both providers have. */
  private PieceCid piece(int height, int count) {
    return piece(height, count, true);
  }

  /** The same, whose tree may be unknown. */
  private PieceCid piece(int height, int count, boolean known) {
    PieceGroups groups =
        PieceGroups.ofTree(new PieceCid(new CommP(0, 0, 0, 0), height, PieceCid.capacity(height)));
    long size = groups.rawGroupSize();
    CommPHasher hasher = new CommPHasher();
    byte[] bytes = new byte[(int) size];
    for (int i = 0; i < bytes.length; i++) {
      bytes[i] = at(i);
    }
    hasher.update(bytes, 0, bytes.length);
    byte[] hash = hasher.finish(groups.level()).bytes();
    byte[] hashes = new byte[count * CommP.SIZE];
    NodeTree tree = new NodeTree();
    for (int i = 0; i < count; i++) {
      System.arraycopy(hash, hash.length - CommP.SIZE, hashes, i * CommP.SIZE, CommP.SIZE);
      tree.addNode(hashes, i * CommP.SIZE, groups.level());
    }
    PieceCid piece = new PieceCid(tree.root(height), height, size * count);
    if (known) {
      trees.computed(PieceTree.read(piece, hashes));
    }
    for (RangeProvider provider : List.of(first, second)) {
      provider.has(piece, position -> at(position % size));
    }
    return piece;
  }

  private static void assertRight(byte[] read, long from, long groupSize) {
    for (int i = 0; i < read.length; i++) {
      if (read[i] != at((from + i) % groupSize)) {
        throw new AssertionError("expected another byte at " + (from + i));
      }
    }
  }

  private void awaitFilled(long bytes) {
    await()
        .atMost(Duration.ofSeconds(20))
        .untilAsserted(() -> assertThat(cache.filled()).isEqualTo(bytes));
  }

  @Test
  void whoTakesItsTimeHasNoMoreFetchedThanItSoonReads() throws Exception {
    PieceCid piece = piece(20, 20);
    List<Origin> origins = List.of(first.origin());
    try (TestCache.Reader reader = cache.open(piece, new ByteRange(0, piece.rawSize()), origins)) {
      reader.read(1);
      awaitFilled(8L * GROUP);
      // the next lane goes on when the last four groups of what is here are begun
      reader.read(5L * GROUP);
      awaitFilled(13L * GROUP);

      assertRight(reader.read(15L * GROUP - 1), 5L * GROUP + 1, GROUP);
    }
    awaitFilled(20L * GROUP);
    assertThat(cache.taken()).isEqualTo(20L * GROUP);
    // who is known to take its time has no more asked for
    assertThat(first.asked())
        .startsWith(new ByteRange(0, piece.rawSize()), new ByteRange(8L * GROUP, 13L * GROUP));
  }

  @Test
  void whoReadsWithinWhatAnotherClaimedDoesNotWaitForIt() throws Exception {
    PieceCid piece = piece(20, 30);
    List<Origin> origins = List.of(first.origin());
    try (TestCache.Reader slow = cache.open(piece, new ByteRange(0, piece.rawSize()), origins)) {
      slow.read(1);
      ByteRange far = new ByteRange(20L * GROUP, 22L * GROUP);

      assertRight(cache.read(piece, far, origins), far.start(), GROUP);

      awaitFilled(10L * GROUP);
      assertRight(slow.read(piece.rawSize() - 1), 1, GROUP);
    }
    awaitFilled(30L * GROUP);
    assertThat(cache.taken()).isEqualTo(30L * GROUP);
  }

  private static void pass(CountDownLatch latch) {
    try {
      assertThat(latch.await(20, TimeUnit.SECONDS)).isTrue();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private static Origin gated(RangeProvider provider) {
    Origin origin = provider.origin();
    return new Origin(
        origin.provider(), origin.dataSet(), origin.serviceUrl(), Optional.of(OTHER_PAYER));
  }

  @Test
  void theProviderOfAnothersGatedDataSetFetchesNoGroupForWhoDidNotPassThatGate() throws Exception {
    PieceCid piece = piece(20, 20);
    first.fail(new Fault(-1, 10L * GROUP, true));
    ByteRange all = new ByteRange(0, piece.rawSize());
    try (TestCache.Reader stranger = cache.open(piece, all, List.of(first.origin()));
        TestCache.Reader let = cache.open(piece, all, List.of(gated(second)))) {
      stranger.read(1);
      let.read(1);

      assertThatThrownBy(() -> stranger.read(piece.rawSize() - 1)).isInstanceOf(IOException.class);
      assertRight(let.read(piece.rawSize() - 1), 1, GROUP);
    }
  }

  /** A provider that stops in front of a byte until it is let on. */
  private static void stopsAt(
      RangeProvider provider, PieceCid piece, long stop, CountDownLatch letOn) {
    provider.has(
        piece,
        position -> {
          if (position == stop) {
            pass(letOn);
          }
          return at(position % GROUP);
        });
  }

  @Test
  void anothersProviderGoesOnForASilentOneWithTheGroupsOfItsOwnReadersAlone() throws Exception {
    PieceCid piece = piece(20, 20);
    CountDownLatch letOn = new CountDownLatch(1);
    stopsAt(first, piece, 300_000, letOn);
    ByteRange all = new ByteRange(0, piece.rawSize());
    try (TestCache.Reader stranger = cache.open(piece, all, List.of(first.origin()))) {
      // it has been asked for all, before another comes
      await().atMost(Duration.ofSeconds(20)).until(() -> !first.asked().isEmpty());
      try (TestCache.Reader own =
          cache.open(piece, new ByteRange(0, 2L * GROUP), List.of(second.origin()))) {
        assertRight(own.read(GROUP), 0, GROUP);
      }
      letOn.countDown();

      assertRight(stranger.read(piece.rawSize()), 0, GROUP);
    }

    awaitFilled(piece.rawSize());
    assertThat(cache.filled(second.origin().dataSet())).isBetween(1L * GROUP, 2L * GROUP);
    assertThat(second.asked()).containsExactly(new ByteRange(0, 2L * GROUP));
    assertThat(cache.taken()).isEqualTo(piece.rawSize());
  }

  @Test
  void aProviderGoesNoFurtherForStrangersThanItsOwnReadersCame() throws Exception {
    PieceCid piece = piece(20, 20);
    CountDownLatch letOn = new CountDownLatch(1);
    stopsAt(second, piece, 3L * GROUP + 300_000, letOn);
    ByteRange all = new ByteRange(0, piece.rawSize());
    TestCache.Reader own = cache.open(piece, all, List.of(second.origin()));
    assertRight(own.read(3L * GROUP), 0, GROUP);
    try (TestCache.Reader stranger = cache.open(piece, all, List.of(first.origin()))) {
      stranger.read(1);
      own.close();
      letOn.countDown();

      assertRight(stranger.read(piece.rawSize() - 1), 1, GROUP);
    }

    awaitFilled(piece.rawSize());
    // one more where its first bytes come before it is known that nobody is left
    assertThat(cache.filled(second.origin().dataSet())).isBetween(4L * GROUP, 5L * GROUP);
    assertThat(cache.taken()).isEqualTo(piece.rawSize());
  }

  @Test
  void whatAnotherClaimedAndIsFarFromIsFetchedAtTheExpenseOfWhoReadsIt() throws Exception {
    PieceCid piece = piece(20, 30);
    ByteRange far = new ByteRange(20L * GROUP, 22L * GROUP);
    try (TestCache.Reader stranger =
        cache.open(piece, new ByteRange(0, piece.rawSize()), List.of(first.origin()))) {
      stranger.read(1);
      awaitFilled(8L * GROUP);

      assertRight(cache.read(piece, far, List.of(second.origin())), far.start(), GROUP);
      awaitFilled(10L * GROUP);

      assertThat(second.asked()).containsExactly(far);
      assertRight(stranger.read(piece.rawSize() - 1), 1, GROUP);
    }
    awaitFilled(piece.rawSize());
    assertThat(cache.filled(second.origin().dataSet())).isEqualTo(2L * GROUP);
  }

  @Test
  void manyReadersOfManyRangesLeaveAtOnceWithoutHoldingUpTheEdge() throws Exception {
    PieceCid piece = piece(22, 128);
    CountDownLatch letOn = new CountDownLatch(1);
    stopsAt(first, piece, 0, letOn);
    ByteRanges aByteOfEach =
        new ByteRanges(
            LongStream.range(0, 128)
                .mapToObj(group -> new ByteRange(group * GROUP, group * GROUP + 1))
                .toList());
    List<TestCache.Reader> readers = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      readers.add(cache.open(piece, aByteOfEach, List.of(first.origin())));
    }
    readers.forEach(TestCache.Reader::close);

    await().atMost(Duration.ofSeconds(5)).until(() -> cache.cache().underWay() == 0);
    letOn.countDown();
  }

  @Test
  void whoPassedAGateDoesNotWaitForAStrangersFillNorFillForHim() throws Exception {
    PieceCid piece = piece(20, 20, false);
    CountDownLatch joined = new CountDownLatch(1);
    first.has(
        piece,
        position -> {
          if (position == 5L * GROUP) {
            pass(joined);
          }
          return at(position % GROUP);
        });
    first.fail(new Fault(-1, 6L * GROUP, true));
    ByteRange all = new ByteRange(0, piece.rawSize());
    try (TestCache.Reader stranger = cache.open(piece, all, List.of(first.origin()));
        TestCache.Reader let = cache.open(piece, all, List.of(gated(second)))) {
      joined.countDown();

      assertThatThrownBy(() -> stranger.read(piece.rawSize())).isInstanceOf(IOException.class);
      assertRight(let.read(piece.rawSize()), 0, GROUP);
      assertThat(second.asked()).hasSize(1);
    }
  }

  @Test
  void aStrangersFillMakesNoPieceWarmForWhoPassedAGate() throws Exception {
    PieceCid piece = piece(20, 20, false);
    CountDownLatch letOn = new CountDownLatch(1);
    stopsAt(first, piece, 5L * GROUP, letOn);
    ByteRanges oneByte = ByteRanges.of(new ByteRange(0, 1));
    ByteRange all = new ByteRange(0, piece.rawSize());
    try (TestCache.Reader stranger = cache.open(piece, all, List.of(first.origin()))) {
      stranger.read(1);

      assertThat(cache.cache().isCold(piece, List.of(first.origin()), oneByte)).isFalse();
      assertThat(cache.cache().isCold(piece, List.of(gated(second)), oneByte)).isTrue();
      letOn.countDown();
      stranger.read(piece.rawSize() - 1);
    }
    await()
        .atMost(Duration.ofSeconds(20))
        .until(() -> cache.cache().isHit(piece, List.of(gated(second)), oneByte));
    assertThat(cache.cache().isCold(piece, List.of(gated(second)), oneByte)).isFalse();
  }

  @Test
  void severalRangesAreFetchedAsTheyAreReadWhileOthersRead() throws Exception {
    PieceCid piece = piece(22, 60);
    List<Origin> origins = List.of(first.origin());
    List<ByteRange> apart = new ArrayList<>();
    apart.add(new ByteRange(0, 1));
    apart.add(new ByteRange(3L * GROUP, 30L * GROUP));
    for (long group = 32; group < 60; group += 2) {
      apart.add(new ByteRange(group * GROUP + 7, group * GROUP + 8));
    }
    ByteRanges ranges = new ByteRanges(apart);
    try (TestCache.Reader reader = cache.open(piece, ranges, origins)) {
      reader.read(1);
      // of the second range, as much as one reader has fetched ahead of it; of the others, nothing
      awaitFilled(9L * GROUP);

      ByteRange other = new ByteRange(31L * GROUP, 31L * GROUP + 10);
      assertRight(cache.read(piece, other, origins), other.start(), GROUP);
      assertRight(reader.read(27L * GROUP), 3L * GROUP, GROUP);
      assertThat(reader.read(14)).hasSize(14);
    }
    awaitFilled((1 + 27 + 14 + 1) * (long) GROUP);
    assertThat(cache.taken()).isEqualTo((1 + 27 + 14 + 1) * (long) GROUP);
  }

  @Test
  void ofAProviderWithoutRangesAFarRangeIsRefusedAndThePieceIsFilledWholeNextTime()
      throws Exception {
    PieceCid piece = piece(20, 24);
    first.fail(new Fault(-1, -1, false));
    List<Origin> origins = List.of(first.origin());
    ByteRange last = new ByteRange(piece.rawSize() - 1, piece.rawSize());
    ByteRange near = new ByteRange(3L * GROUP, 3L * GROUP + 1);

    assertRight(cache.read(piece, near, origins), near.start(), GROUP);
    assertThat(cache.cache().toFetch(piece, ByteRanges.of(last))).isEqualTo(GROUP);
    assertThatThrownBy(() -> cache.read(piece, last, origins)).isInstanceOf(IOException.class);

    assertThat(cache.cache().toFetch(piece, ByteRanges.of(last))).isEqualTo(piece.rawSize());
    assertRight(cache.read(piece, last, origins), last.start(), GROUP);
    awaitFilled(GROUP + piece.rawSize());
    assertThat(cache.taken()).isEqualTo(GROUP + piece.rawSize());
  }

  @Test
  void twoProvidersWithoutRangesAreReadThroughInOrder() throws Exception {
    PieceCid piece = piece(21, 40);
    first.fail(new Fault(-1, -1, false));
    second.fail(new Fault(-1, -1, false));
    ByteRange all = new ByteRange(0, piece.rawSize());

    assertRight(cache.read(piece, all, List.of(first.origin(), second.origin())), 0, GROUP);

    awaitFilled(piece.rawSize());
    assertThat(cache.taken()).isEqualTo(piece.rawSize());
  }

  @Test
  void ofAPieceOf32GiBAByteCostsAGroupOf16MiB() throws Exception {
    PieceCid piece = piece(30, 2_048);
    assertThat(piece.rawSize()).isEqualTo((32L << 30) / 128 * 127);
    long group = piece.rawSize() / 2_048;
    List<Origin> origins = List.of(first.origin(), second.origin());
    for (long position : List.of(piece.rawSize() - 1, 1_234 * group - 1)) {
      ByteRange range = new ByteRange(position, position + 1);

      assertRight(cache.read(piece, range, origins), position, group);
      assertThat(cache.cache().isCold(piece, origins, ByteRanges.of(range))).isFalse();
    }

    awaitFilled(2 * group);
    assertThat(cache.taken()).isEqualTo(2 * group);
    assertThat(cache.disk().groups(piece).orElseThrow().here().stream())
        .containsExactly(1_233, 2_047);
    try (PieceBytes hit =
        cache
            .disk()
            .groups(piece)
            .orElseThrow()
            .read(ByteRanges.of(new ByteRange(1_233 * group, 1_234 * group)))
            .orElseThrow()) {
      assertThat(hit.state()).isEqualTo(PieceBytes.State.VERIFIED);
    }
  }

  @Test
  void ofAPieceThatDoesNotFitSomeGroupsAreFetchedAndKept() throws Exception {
    PieceCid piece = piece(30, 2_048);
    long group = piece.rawSize() / 2_048;
    List<Origin> origins = List.of(first.origin());
    ByteRanges oneByte = ByteRanges.of(new ByteRange(7 * group, 7 * group + 1));
    ByteRanges tooMuch = ByteRanges.of(new ByteRange(0, 20 * group));
    try (TestCache small = new TestCache(vertx, folder.resolve("small"), trees, 16 * group, 1)) {
      assertThat(small.cache().toFetch(piece, oneByte)).isEqualTo(group);
      assertThat(small.cache().toFetch(piece, tooMuch)).isEqualTo(piece.rawSize());

      assertRight(small.read(piece, oneByte.first(), origins), 7 * group, group);

      assertThat(small.cache().isHit(piece, origins, oneByte)).isTrue();
      await()
          .atMost(Duration.ofSeconds(20))
          .untilAsserted(() -> assertThat(small.filled()).isEqualTo(group));
    }
  }
}
