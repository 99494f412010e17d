package io.filcdn.retrieval.cache;

import static org.assertj.core.api.Assertions.assertThat;

import io.filcdn.common.piece.CommPHasher;
import io.filcdn.common.piece.PieceCid;
import io.filcdn.common.proof.PieceTreeHasher;
import io.filcdn.retrieval.bytes.ByteRange;
import io.filcdn.retrieval.bytes.ByteRanges;
import io.filcdn.retrieval.bytes.PieceBytes;
import io.filcdn.retrieval.tree.TreeStore;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CacheScrubberTest {

  private static final int GROUP = 1_040_384;
  private static final int STEP = 1 << 20;

  @TempDir Path folder;

  private final AtomicLong now = new AtomicLong();
  private final MemoryTier memory = new MemoryTier(8L * STEP, Runnable::run);
  private TreeStore trees;
  private DiskPieceCache disk;
  private CacheScrubber scrubber;

  @BeforeEach
  void open() throws IOException {
    trees = TreeStore.open(Files.createDirectory(folder.resolve("trees")), 1 << 30);
    disk = DiskPieceCache.open(folder, 1 << 30, memory, Runnable::run, now::get);
    scrubber = new CacheScrubber(disk, trees, STEP, now::get);
  }

  @AfterEach
  void close() {
    scrubber.close();
    trees.close();
  }

  private static byte[] bytes(int length) {
    byte[] bytes = new byte[length];
    new Random(length).nextBytes(bytes);
    return bytes;
  }

  private static PieceCid cid(byte[] bytes) {
    CommPHasher hasher = new CommPHasher();
    hasher.update(bytes, 0, bytes.length);
    return hasher.finish();
  }

  private CachedFile keep(byte[] bytes) throws IOException {
    DiskPieceCache.FillFile file = disk.beginFill();
    file.channel().write(ByteBuffer.wrap(bytes));
    PieceCid piece = cid(bytes);
    disk.keep(piece, file, "application/octet-stream", Optional.empty());
    file.channel().close();
    return disk.get(piece).orElseThrow();
  }

  private SparseFile keepGroups(byte[] bytes, int... groups) throws IOException {
    PieceTreeHasher hasher = new PieceTreeHasher(cid(bytes));
    hasher.update(ByteBuffer.wrap(bytes));
    PieceCid piece = hasher.finish();
    trees.computed(hasher.tree());
    SparseFile file = disk.placeForGroups(piece).orElseThrow();
    file.enter();
    for (int group : groups) {
      int from = group * GROUP;
      file.begins(group);
      file.write(ByteBuffer.wrap(bytes, from, Math.min(GROUP, bytes.length - from)), from);
      file.verified(group);
    }
    file.sync();
    file.leave();
    return file;
  }

  private static void flip(Path path, long position) throws IOException {
    try (RandomAccessFile file = new RandomAccessFile(path.toFile(), "rw")) {
      file.seek(position);
      int was = file.read();
      file.seek(position);
      file.write(was ^ 4);
    }
  }

  private void readAll() {
    for (int i = 0; i < 20; i++) {
      scrubber.step();
    }
  }

  @Test
  void whatIsRightStays() throws Exception {
    keep(bytes(3 * STEP));
    keep(bytes(0));
    keepGroups(bytes(3 * GROUP), 0, 2);

    readAll();

    assertThat(scrubber.wrong()).isZero();
    assertThat(scrubber.checked()).isEqualTo(3L * STEP + 2L * GROUP);
    assertThat(disk.size()).isEqualTo(3);
  }

  @Test
  void aPieceOfWhichABitHasChangedGoes() throws Exception {
    CachedFile right = keep(bytes(1_000));
    CachedFile rotten = keep(bytes(2 * STEP + 5));
    flip(rotten.path(), STEP + 7);

    readAll();

    assertThat(scrubber.wrong()).isEqualTo(1);
    assertThat(disk.get(rotten.piece())).isEmpty();
    assertThat(rotten.path()).doesNotExist();
    assertThat(disk.get(right.piece())).contains(right);
  }

  /** Reads the first block twice, so that it is put into memory where that may be. */
  private static void readTwice(PieceBytes reader, PieceBytes again) throws IOException {
    reader.read(0, 1).release();
    again.read(0, 1).release();
  }

  @Test
  void aReaderFromBeforePutsNothingOfADroppedPieceIntoMemory() throws Exception {
    CachedFile rotten = keep(bytes(2 * STEP));
    PieceBytes reader = rotten.open();
    reader.read(0, 1).release();
    PieceBytes again = rotten.open();
    flip(rotten.path(), 7);
    again.read(2 * STEP - 1, 1).release();

    readAll();
    readTwice(reader, again);

    assertThat(memory.bytes()).isZero();
    reader.close();
    again.close();
  }

  @Test
  void aReaderFromBeforePutsNothingOfALostGroupIntoMemory() throws Exception {
    SparseFile rotten = keepGroups(bytes(3 * GROUP), 0, 1);
    ByteRanges first = ByteRanges.of(new ByteRange(0, GROUP));
    PieceBytes reader = rotten.read(first).orElseThrow();
    PieceBytes again = rotten.read(first).orElseThrow();
    flip(rotten.path(), 7);

    readAll();
    readTwice(reader, again);

    assertThat(reader.state()).isEqualTo(PieceBytes.State.FAILED);
    assertThat(memory.bytes()).isZero();
    reader.close();
    again.close();
  }

  @Test
  void aFileWhoseGroupsAreAllHereGoesAlsoByTheNameOfAPiece() throws Exception {
    byte[] bytes = bytes(3 * GROUP);
    SparseFile rotten = keepGroups(bytes, 0, 1, 2);
    flip(rotten.path(), 2 * GROUP + 7);
    scrubber.step();
    disk.keep(rotten);
    Path whole = disk.get(rotten.piece()).orElseThrow().path();

    readAll();

    assertThat(scrubber.wrong()).isEqualTo(1);
    assertThat(disk.look(rotten.piece())).isEmpty();
    assertThat(whole).doesNotExist();
  }

  @Test
  void aPieceThatHasLostItsEndGoes() throws Exception {
    CachedFile rotten = keep(bytes(STEP));
    try (RandomAccessFile file = new RandomAccessFile(rotten.path().toFile(), "rw")) {
      file.setLength(STEP - 1);
    }

    readAll();

    assertThat(scrubber.wrong()).isEqualTo(1);
    assertThat(disk.get(rotten.piece())).isEmpty();
  }

  @Test
  void ofASparseFileTheGroupThatHasChangedGoes() throws Exception {
    SparseFile file = keepGroups(bytes(5 * GROUP + 3), 1, 2, 5);
    flip(file.path(), 2L * GROUP);
    flip(file.path(), 5L * GROUP + 2);

    readAll();

    assertThat(scrubber.wrong()).isEqualTo(2);
    assertThat(disk.groups(file.piece()).orElseThrow().here().stream()).containsExactly(1);
    assertThat(SparseFile.found(file.piece(), file.path(), file.memory()).here().stream())
        .containsExactly(1);
  }

  @Test
  void aStepReadsSoMuchAndARoundBeginsOnceAnHour() throws Exception {
    keep(bytes(2 * STEP));

    scrubber.step();

    assertThat(scrubber.checked()).isBetween(STEP / 2L, (long) STEP);
    readAll();
    assertThat(scrubber.checked()).isEqualTo(2L * STEP);
    now.addAndGet(TimeUnit.HOURS.toNanos(1));
    readAll();
    assertThat(scrubber.checked()).isEqualTo(4L * STEP);
  }

  @Test
  void whatLeavesTheCacheMeanwhileIsPassedOver() throws Exception {
    CachedFile file = keep(bytes(4 * STEP));
    scrubber.step();
    disk.forget(file.piece());

    readAll();

    assertThat(scrubber.wrong()).isZero();
  }
}
