package io.filcdn.retrieval.cache;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.filcdn.common.piece.CommPHasher;
import io.filcdn.common.piece.PieceCid;
import io.filcdn.common.proof.PieceGroups;
import io.filcdn.common.proof.PieceTreeHasher;
import io.filcdn.retrieval.bytes.ByteRange;
import io.filcdn.retrieval.cache.RangeProvider.Fault;
import io.filcdn.retrieval.origin.Origin;
import io.filcdn.retrieval.tree.TreeStore;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Readers of any ranges of any pieces, side by side, from providers that lie, die and ignore
 * ranges, while pieces leave the cache: no byte is wrong, none is billed that was not needed, and
 * what a crash leaves is right. A case is its seed: {@code -Dfilcdn.seed=…} runs one. A few run
 * always, the slow suite up to {@code -Dfilcdn.seeds=…}.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class GroupPropertiesTest {

  private static final int GROUP = 1_040_384;

  /** Around the edges of groups and of Fr32's grid; in groups and the bytes beside them. */
  private static final int[][] SIZES = {
    {0, 0}, {0, 1}, {0, 126}, {0, 128}, {1, -1}, {1, 0}, {1, 1}, {1, 127}, {2, -127}, {2, -1},
    {2, 0}, {2, 1}, {2, 128}, {3, 126}, {4, 0}, {5, 17}
  };

  private static final int FEW_SEEDS = 6;

  private final Vertx vertx = Vertx.vertx();
  private final List<Sample> samples = new ArrayList<>();
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private Path folder;
  private TreeStore trees;
  private TreeStore noTrees;

  private record Sample(PieceCid piece, byte[] bytes) {}

  static IntStream seeds() {
    Integer one = Integer.getInteger("filcdn.seed");
    return one == null ? IntStream.range(0, FEW_SEEDS) : IntStream.of(one);
  }

  static IntStream moreSeeds() {
    return IntStream.range(FEW_SEEDS, Integer.getInteger("filcdn.seeds", 24));
  }

  @BeforeAll
  void open(@TempDir Path temporary) throws IOException {
    folder = temporary;
    trees = TreeStore.open(Files.createDirectory(folder.resolve("trees")), 1 << 30);
    noTrees = TreeStore.open(Files.createDirectory(folder.resolve("none")), 0);
    Random random = new Random(3);
    for (int[] size : SIZES) {
      byte[] bytes = new byte[size[0] * GROUP + size[1]];
      random.nextBytes(bytes);
      add(bytes);
    }
    // of one root, and with groups that are zeros in part or as a whole
    byte[] zeros = Arrays.copyOf(samples.get(11).bytes, 4 * GROUP - 5);
    add(Arrays.copyOf(zeros, 3 * GROUP + 9));
    add(zeros);
    assertThat(samples.getLast().piece.commP())
        .isEqualTo(samples.get(samples.size() - 2).piece.commP());
  }

  private void add(byte[] bytes) {
    CommPHasher hasher = new CommPHasher();
    hasher.update(bytes, 0, bytes.length);
    PieceCid piece = hasher.finish();
    samples.add(new Sample(piece, bytes));
    PieceTreeHasher tree = new PieceTreeHasher(piece);
    tree.update(ByteBuffer.wrap(bytes));
    tree.finish();
    trees.computed(tree.tree());
  }

  @AfterAll
  void close() throws Exception {
    threads.shutdownNow();
    vertx.close().toCompletionStage().toCompletableFuture().get(20, TimeUnit.SECONDS);
    trees.close();
    noTrees.close();
  }

  /** Two providers, and what each does wrong; the second is honest where {@code mayFail} is not. */
  private record Faults(Fault first, Fault second, boolean mayFail) {

    static Faults of(Random random, long size) {
      long at = size == 0 ? 0 : random.nextLong(size);
      long other = size == 0 ? 0 : random.nextLong(size);
      return switch (random.nextInt(6)) {
        case 0 -> new Faults(new Fault(at, -1, true), Fault.NONE, false);
        case 1 -> new Faults(new Fault(-1, at, true), Fault.NONE, false);
        case 2 -> new Faults(new Fault(-1, -1, false), new Fault(-1, -1, false), false);
        case 3 -> new Faults(new Fault(at, -1, true), new Fault(-1, other, true), true);
        default -> new Faults(Fault.NONE, Fault.NONE, false);
      };
    }
  }

  @ParameterizedTest(name = "seed {0}")
  @MethodSource("seeds")
  void noByteIsWrongAndNoneIsBilledTwice(int seed) throws Exception {
    readWithFaults(seed);
  }

  @Tag("slow")
  @ParameterizedTest(name = "seed {0}")
  @MethodSource("moreSeeds")
  void noByteIsWrongAndNoneIsBilledTwiceWhateverElseHappens(int seed) throws Exception {
    readWithFaults(seed);
  }

  private void readWithFaults(int seed) throws Exception {
    Random random = new Random(seed);
    Sample sample = samples.get(random.nextInt(samples.size()));
    boolean knowsTree = random.nextInt(4) > 0;
    Faults faults = Faults.of(random, sample.bytes.length);
    long readAhead = new long[] {1, 3L << 20, 64L << 20}[random.nextInt(3)];
    try (RangeProvider first = provider(1, faults.first);
        RangeProvider second = provider(2, faults.second);
        TestCache cache = cache(seed, knowsTree, 1L << 30, readAhead)) {
      List<Origin> origins = List.of(first.origin(), second.origin());
      List<ByteRange> ranges = ranges(random, sample.bytes.length);
      // a whole fill with a liar in it fails, and nobody pays
      boolean groups = knowsTree && PieceGroups.ofTree(sample.piece).count() > 1;
      boolean mayFail = faults.mayFail || !groups && faults.first.wrongAt() >= 0;

      boolean allRead = read(cache, sample, ranges, origins, 1 + random.nextInt(3), mayFail);

      awaitIdle(cache);
      assertThat(cache.taken()).as("quota that is spent").isEqualTo(cache.filled());
      if (allRead) {
        long needed = groups ? sizeOfGroups(sample.piece, ranges) : sample.bytes.length;
        assertThat(cache.filled()).as("billed of %s", ranges).isEqualTo(needed);
      }
      assertThat(cache.disk().trouble()).as("what the disk is blamed for").isEmpty();
      assertNothingIsWrong(cache.disk());
    }
  }

  @ParameterizedTest(name = "seed {0}")
  @MethodSource("seeds")
  void noPayerIsBilledForGroupsThatOnlyAnothersClientsRead(int seed) throws Exception {
    readForTwoPayers(seed);
  }

  @Tag("slow")
  @ParameterizedTest(name = "seed {0}")
  @MethodSource("moreSeeds")
  void noPayerIsBilledForGroupsThatOnlyAnothersClientsReadWhateverElseHappens(int seed)
      throws Exception {
    readForTwoPayers(seed);
  }

  private void readForTwoPayers(int seed) throws Exception {
    Random random = new Random(seed);
    List<Sample> some =
        samples.stream().filter(each -> PieceGroups.ofTree(each.piece).count() > 1).toList();
    Sample sample = some.get(random.nextInt(some.size()));
    Faults faults = Faults.of(random, sample.bytes.length);
    long readAhead = new long[] {1, 3L << 20, 64L << 20}[random.nextInt(3)];
    try (RangeProvider first = provider(1, faults.first);
        RangeProvider second = provider(2, faults.second);
        TestCache cache = cache(2_000_000 + seed, true, 1L << 30, readAhead)) {
      Map<Origin, List<ByteRange>> ranges = new HashMap<>();
      List<Future<?>> reads = new ArrayList<>();
      for (Origin origin : List.of(first.origin(), second.origin())) {
        List<ByteRange> own = ranges(random, sample.bytes.length).subList(0, 2);
        ranges.put(origin, own);
        reads.add(threads.submit(() -> read(cache, sample, own, List.of(origin), 3, true)));
      }
      for (Future<?> read : reads) {
        read.get(60, TimeUnit.SECONDS);
      }

      awaitIdle(cache);
      assertThat(cache.taken()).as("quota that is spent").isEqualTo(cache.filled());
      ranges.forEach(
          (origin, own) ->
              assertThat(cache.filled(origin.dataSet()))
                  .as("billed to %s, whose clients read %s", origin.dataSet(), own)
                  .isLessThanOrEqualTo(sizeOfGroups(sample.piece, own)));
      assertNothingIsWrong(cache.disk());
    }
  }

  @ParameterizedTest(name = "seed {0}")
  @MethodSource("seeds")
  void whatLeavesTheCacheOrIsCutByACrashLeavesNothingWrong(int seed) throws Exception {
    leaveAndCrash(seed);
  }

  @Tag("slow")
  @ParameterizedTest(name = "seed {0}")
  @MethodSource("moreSeeds")
  void whatLeavesTheCacheOrIsCutByACrashLeavesNothingWrongWhateverElseHappens(int seed)
      throws Exception {
    leaveAndCrash(seed);
  }

  private void leaveAndCrash(int seed) throws Exception {
    Random random = new Random(seed);
    List<Sample> some = List.of(any(random), any(random), any(random));
    try (RangeProvider first = provider(1, Fault.NONE);
        RangeProvider second = provider(2, new Fault(random.nextInt(GROUP), -1, true));
        TestCache cache = cache(1_000_000 + seed, true, 5L << 20, 1)) {
      List<Origin> origins = List.of(first.origin(), second.origin());
      List<Future<?>> readers = new ArrayList<>();
      for (Sample sample : some) {
        List<ByteRange> ranges = ranges(random, sample.bytes.length);
        readers.add(threads.submit(() -> read(cache, sample, ranges, origins, 2, true)));
        readers.add(threads.submit(() -> leave(cache, sample, ranges, origins)));
      }
      int crashes = 0;
      do {
        Sample sample = some.get(random.nextInt(some.size()));
        cache.disk().sync();
        crash(seed + "-" + crashes++);
        cache.disk().forget(sample.piece);
      } while (readers.stream().anyMatch(reader -> !reader.isDone()) && crashes < 6);
      for (Future<?> reader : readers) {
        reader.get(60, TimeUnit.SECONDS);
      }

      awaitIdle(cache);
      assertThat(cache.taken()).as("quota that is spent").isEqualTo(cache.filled());
      assertThat(cache.disk().trouble()).as("what the disk is blamed for").isEmpty();
      assertNothingIsWrong(cache.disk());
    }
  }

  private Sample any(Random random) {
    return samples.get(random.nextInt(samples.size()));
  }

  private RangeProvider provider(int number, Fault fault) throws IOException {
    RangeProvider provider = new RangeProvider(number);
    samples.forEach(sample -> provider.has(sample.piece, at -> sample.bytes[(int) at]));
    provider.fail(fault);
    return provider;
  }

  private TestCache cache(int seed, boolean knowsTree, long maxBytes, long readAhead) {
    return new TestCache(vertx, folderOf(seed), knowsTree ? trees : noTrees, maxBytes, readAhead);
  }

  private Path folderOf(int seed) {
    return folder.resolve("cache-" + seed);
  }

  /** Some ranges, many of which begin or end at a group. */
  private static List<ByteRange> ranges(Random random, int size) {
    List<ByteRange> ranges = new ArrayList<>();
    for (int i = 0; i < 6; i++) {
      int a = position(random, size);
      int b = position(random, size);
      int start = Math.min(Math.min(a, b), Math.max(0, size - 1));
      ranges.add(new ByteRange(start, Math.max(Math.min(size, start + 1), Math.max(a, b))));
    }
    return ranges;
  }

  private static int position(Random random, int size) {
    int at = random.nextBoolean() ? random.nextInt(size + 1) : random.nextInt(7) * GROUP;
    return Math.clamp(at + random.nextInt(3) - 1, 0, size);
  }

  /**
   * Reads all ranges, some side by side.
   *
   * @return whether all were read to their end
   */
  private boolean read(
      TestCache cache,
      Sample sample,
      List<ByteRange> ranges,
      List<Origin> origins,
      int atOnce,
      boolean mayFail)
      throws Exception {
    List<Future<Boolean>> reads = new ArrayList<>();
    for (int i = 0; i < atOnce; i++) {
      int number = i;
      reads.add(
          threads.submit(
              () -> {
                boolean all = true;
                for (int at = number; at < ranges.size(); at += atOnce) {
                  all &= read(cache, sample, ranges.get(at), origins, mayFail);
                }
                return all;
              }));
    }
    boolean all = true;
    for (Future<Boolean> read : reads) {
      all &= read.get(60, TimeUnit.SECONDS);
    }
    return all;
  }

  private static boolean read(
      TestCache cache, Sample sample, ByteRange range, List<Origin> origins, boolean mayFail)
      throws Exception {
    byte[] read;
    try {
      read = cache.read(sample.piece, range, origins);
    } catch (IOException e) {
      if (mayFail) {
        return false;
      }
      throw e;
    }
    assertThat(
            Arrays.equals(
                read, 0, read.length, sample.bytes, (int) range.start(), (int) range.end()))
        .as("the bytes of %s", range)
        .isTrue();
    return true;
  }

  /** Reads half of each range, and leaves. */
  private static void leave(
      TestCache cache, Sample sample, List<ByteRange> ranges, List<Origin> origins) {
    for (ByteRange range : ranges) {
      try (TestCache.Reader reader = cache.open(sample.piece, range, origins)) {
        byte[] read = reader.read(range.length() / 2);
        int start = (int) range.start();
        // what passes through is known to be right at its end only
        assertThat(
                !reader.isVerified()
                    || Arrays.equals(
                        read, 0, read.length, sample.bytes, start, start + read.length))
            .as("half of the bytes of %s", range)
            .isTrue();
      } catch (IOException e) {
        // it left the cache, or a liar had a part in it
      } catch (Exception e) {
        throw new IllegalStateException(e);
      }
    }
  }

  private static long sizeOfGroups(PieceCid piece, List<ByteRange> ranges) {
    PieceGroups groups = PieceGroups.ofTree(piece);
    BitSet read = new BitSet();
    for (ByteRange range : ranges) {
      read.set((int) groups.group(range.start()), (int) groups.group(range.end() - 1) + 1);
    }
    return read.stream().mapToLong(group -> groups.to(group) - groups.from(group)).sum();
  }

  private static void awaitIdle(TestCache cache) {
    await().atMost(Duration.ofSeconds(20)).until(() -> cache.cache().underWay() == 0);
  }

  /** All that the cache holds, and what a start finds of it, is what pieces are. */
  private void assertNothingIsWrong(DiskPieceCache disk) throws IOException {
    disk.sync();
    for (Sample sample : samples) {
      try {
        if (disk.look(sample.piece).isPresent()) {
          assertRight(sample, disk.look(sample.piece).get());
        }
      } catch (NoSuchFileException e) {
        // it leaves the cache just now
      }
    }
  }

  private static void assertRight(Sample sample, Stored stored) throws IOException {
    switch (stored) {
      case CachedFile whole ->
          assertThat(Arrays.equals(Files.readAllBytes(whole.path()), sample.bytes))
              .as("the file of %s", sample.piece)
              .isTrue();
      case SparseFile sparse -> {
        BitSet here = sparse.here();
        byte[] found = here.isEmpty() ? new byte[0] : Files.readAllBytes(sparse.path());
        for (int group = here.nextSetBit(0); group >= 0; group = here.nextSetBit(group + 1)) {
          int from = (int) sparse.groups().from(group);
          int to = (int) sparse.groups().to(group);
          assertThat(Arrays.equals(found, from, to, sample.bytes, from, to))
              .as("group %d of %s", group, sample.piece)
              .isTrue();
        }
      }
    }
  }

  /** A copy of the folder as the next start finds it; bitmaps are looked at first. */
  private void crash(String name) throws IOException {
    int seed = Integer.parseInt(name.substring(0, name.indexOf('-')));
    Path from = folderOf(1_000_000 + seed);
    Path to = folder.resolve("crash-" + name);
    List<Path> files;
    try (Stream<Path> all = Files.walk(from)) {
      files = all.filter(Files::isRegularFile).sorted(bitmapsFirst()).toList();
    } catch (UncheckedIOException e) {
      // a folder or file went meanwhile; the next crash sees others
      return;
    }
    for (Path file : files) {
      Path copy = to.resolve(from.relativize(file).toString());
      Files.createDirectories(copy.getParent());
      try {
        Files.copy(file, copy);
      } catch (NoSuchFileException e) {
        // it went meanwhile
      }
    }
    DiskPieceCache found =
        DiskPieceCache.open(
            to, 1L << 30, new MemoryTier(0, Runnable::run), Runnable::run, System::nanoTime);
    assertNothingIsWrong(found);
  }

  private static Comparator<Path> bitmapsFirst() {
    return Comparator.comparing(path -> !path.toString().endsWith(SparseFile.BITMAP));
  }
}
