package io.filcdn.retrieval.cache;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.filcdn.common.piece.CommPHasher;
import io.filcdn.common.piece.PieceCid;
import io.filcdn.retrieval.bytes.PieceBytes;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DiskPieceCacheTest {

  @TempDir Path folder;

  @Test
  void whatWasKeptIsThereAfterARestart() throws IOException {
    byte[] bytes = bytes(10_000, 1);
    PieceCid piece = keep(open(1 << 20), bytes);

    DiskPieceCache reopened = open(1 << 20);

    assertThat(reopened.size()).isEqualTo(1);
    try (PieceBytes cached = reopened.get(piece).orElseThrow().open()) {
      ByteBuffer read = ByteBuffer.allocate(bytes.length);
      while (read.hasRemaining()) {
        cached.read(read, read.position());
      }
      assertThat(read.array()).isEqualTo(bytes);
    }
  }

  @Test
  void leftoversOfACrashGo() throws IOException {
    DiskPieceCache cache = open(1 << 20);
    cache.beginFill().channel().write(ByteBuffer.wrap(bytes(100, 2)));
    PieceCid cut = keep(cache, bytes(10_000, 3));
    Path file = fileOf(cut);
    Files.write(file, bytes(9_999, 3));

    DiskPieceCache reopened = open(1 << 20);

    assertThat(folder.resolve("fills")).isEmptyDirectory();
    assertThat(reopened.get(cut)).isEmpty();
    assertThat(file).doesNotExist();
  }

  @Test
  void filesThatAreNoPiecesAreLeftAlone() throws IOException {
    open(1 << 20);
    Path note = Files.writeString(folder.resolve("pieces").resolve("note.txt"), "mine");

    assertThat(open(1 << 20).size()).isZero();
    assertThat(note).exists();
  }

  @Test
  void evictionDeletesFilesAndKeepsTheDisksShare() throws IOException {
    DiskPieceCache cache = open(100 << 10);

    for (int i = 0; i < 50; i++) {
      keep(cache, bytes(10_000, i));
    }
    cache.cleanUp();

    long onDisk;
    try (var files = Files.walk(folder.resolve("pieces"))) {
      onDisk = files.filter(Files::isRegularFile).count();
    }
    assertThat(onDisk).isEqualTo(cache.size()).isBetween(5L, 9L);
    assertThat(cache.usedBytes()).isBetween(onDisk * 10_000, cache.maxBytes());
  }

  @Test
  void whoReadsAnEvictedPieceReadsOn() throws IOException {
    DiskPieceCache cache = open(1 << 20);
    byte[] bytes = bytes(10_000, 4);
    PieceCid piece = keep(cache, bytes);
    try (PieceBytes reader = cache.get(piece).orElseThrow().open()) {
      ByteBuffer read = ByteBuffer.allocate(bytes.length);
      read.limit(1);
      reader.read(read, 0);

      cache.forget(piece);

      assertThat(fileOf(piece)).doesNotExist();
      read.limit(bytes.length);
      while (read.hasRemaining()) {
        reader.read(read, read.position());
      }
      assertThat(read.array()).isEqualTo(bytes);
    }
  }

  /** A worker may be about to read when the client leaves; nobody would close its file. */
  @Test
  void aReaderThatWasClosedOpensNoFile() throws IOException {
    DiskPieceCache cache = open(1 << 20);
    PieceBytes reader = cache.get(keep(cache, bytes(10, 5))).orElseThrow().open();
    reader.close();

    assertThatThrownBy(() -> reader.read(ByteBuffer.allocate(10), 0))
        .isInstanceOf(ClosedChannelException.class);
  }

  @Test
  void aFolderThatCannotBeUsedKeepsNothingUntilItCan() throws IOException {
    PieceCid piece = keep(open(1 << 20), bytes(10, 6));
    Path aside = folder.resolveSibling(folder.getFileName() + "-aside");
    Files.move(folder, aside);
    Files.createFile(folder);
    AtomicLong nanos = new AtomicLong();

    DiskPieceCache cache = open(1 << 20, nanos::get);

    assertThat(cache.takes(piece)).isFalse();
    assertThat(cache.get(piece)).isEmpty();
    assertThat(cache.trouble()).isPresent();
    assertThat(cache.failures()).isEqualTo(1);
    cache.tend();
    assertThat(cache.failures()).as("left alone for a while").isEqualTo(1);
    nanos.addAndGet(Duration.ofSeconds(11).toNanos());
    cache.tend();
    assertThat(cache.failures()).as("tried again").isEqualTo(2);

    Files.delete(folder);
    Files.move(aside, folder);
    nanos.addAndGet(Duration.ofSeconds(11).toNanos());
    cache.tend();

    assertThat(cache.trouble()).isEmpty();
    assertThat(cache.takes(piece)).isTrue();
    assertThat(cache.get(piece)).isPresent();
    assertThat(folder.resolve("fills")).isEmptyDirectory();
  }

  private DiskPieceCache open(long maxBytes) {
    return open(maxBytes, () -> 0);
  }

  private DiskPieceCache open(long maxBytes, LongSupplier nanoTime) {
    return DiskPieceCache.open(
        folder, maxBytes, new MemoryTier(0, Runnable::run), Runnable::run, nanoTime);
  }

  private Path fileOf(PieceCid piece) {
    String name = piece.toString();
    return folder.resolve("pieces").resolve(name.substring(name.length() - 2)).resolve(name);
  }

  private static PieceCid keep(DiskPieceCache cache, byte[] bytes) throws IOException {
    CommPHasher hasher = new CommPHasher();
    hasher.update(bytes, 0, bytes.length);
    PieceCid piece = hasher.finish();
    DiskPieceCache.FillFile file = cache.beginFill();
    file.channel().write(ByteBuffer.wrap(bytes));
    cache.keep(piece, file, "application/octet-stream", Optional.empty());
    file.channel().close();
    return piece;
  }

  private static byte[] bytes(int length, long seed) {
    byte[] bytes = new byte[length];
    new Random(seed).nextBytes(bytes);
    return bytes;
  }
}
