package io.filcdn.retrieval.cache;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.filcdn.common.piece.CommPHasher;
import io.filcdn.common.piece.PieceCid;
import io.filcdn.retrieval.bytes.ByteRange;
import io.filcdn.retrieval.bytes.ByteRanges;
import io.filcdn.retrieval.bytes.PieceBytes;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SparseFileTest {

  private static final int GROUP = 1_040_384;
  private static final int SIZE = 4 * GROUP + 5;
  private static final MemoryTier MEMORY = new MemoryTier(0, Runnable::run);

  @TempDir Path folder;

  private final byte[] bytes = new byte[SIZE];
  private PieceCid piece;
  private Path path;

  @BeforeEach
  void makePiece() {
    for (int i = 0; i < SIZE; i++) {
      bytes[i] = (byte) (i * 31 + i / 1000);
    }
    CommPHasher hasher = new CommPHasher();
    hasher.update(bytes, 0, SIZE);
    piece = hasher.finish();
    path = folder.resolve("some").resolve(piece + ".1");
  }

  private SparseFile with(int... groups) throws IOException {
    SparseFile file = SparseFile.empty(piece, path, MEMORY);
    file.enter();
    for (int group : groups) {
      int from = group * GROUP;
      file.begins(group);
      file.write(ByteBuffer.wrap(bytes, from, Math.min(GROUP, SIZE - from)), from);
      file.verified(group);
    }
    return file;
  }

  @Test
  void readableIsWhatIsHereWithoutAGap() throws Exception {
    SparseFile file = with(1, 2, 4);

    assertThat(file.readableFrom(0)).isZero();
    assertThat(file.readableFrom(GROUP + 7)).isEqualTo(3L * GROUP);
    assertThat(file.readableFrom(4L * GROUP + 1)).isEqualTo(SIZE);
    assertThat(file.holds(new ByteRange(GROUP, 3L * GROUP))).isTrue();
    assertThat(file.holds(new ByteRange(GROUP, 3L * GROUP + 1))).isFalse();
    assertThat(file.bytes()).isEqualTo(2L * GROUP + 5);
    assertThat(file.isComplete()).isFalse();
  }

  @Test
  void aGroupIsClaimedOnce() throws Exception {
    SparseFile file = with(1);

    BitSet first = file.claim(new ByteRange(0, 2L * GROUP + 1));
    BitSet second = file.claim(new ByteRange(2L * GROUP, SIZE));

    assertThat(first.stream()).containsExactly(0, 2);
    assertThat(second.stream()).containsExactly(3, 4);
    assertThat(file.missing(new ByteRange(0, SIZE)).isEmpty()).isTrue();
    file.unclaim(second);
    assertThat(file.missing(new ByteRange(0, SIZE)).stream()).containsExactly(3, 4);
    // what another fetches may become this one's to fetch
    assertThat(file.toFetch(ByteRanges.of(new ByteRange(0, SIZE)))).isEqualTo(3L * GROUP + 5);
    // one group, though two ranges lie in it
    ByteRange one = new ByteRange(3L * GROUP, 3L * GROUP + 1);
    ByteRange other = new ByteRange(3L * GROUP + 9, 3L * GROUP + 10);
    assertThat(file.toFetch(new ByteRanges(List.of(one, other)))).isEqualTo(GROUP);
  }

  @Test
  void syncedGroupsAreFoundAgain() throws Exception {
    SparseFile file = with(0, 4);
    file.sync();
    // a crash loses it: it is verified, but was not synced
    file.write(ByteBuffer.wrap(bytes, GROUP, GROUP), GROUP);
    file.verified(1);
    file.leave();

    SparseFile found = SparseFile.found(piece, path, MEMORY);

    assertThat(found.holds(new ByteRange(0, GROUP))).isTrue();
    assertThat(found.holds(new ByteRange(GROUP, GROUP + 1))).isFalse();
    assertThat(found.holds(new ByteRange(4L * GROUP, SIZE))).isTrue();
    found.enter();
    ByteBuffer read = ByteBuffer.allocate(5);
    while (read.hasRemaining()) {
      found.read(read, 4L * GROUP + read.position());
    }
    assertThat(read.array()).isEqualTo(Arrays.copyOfRange(bytes, 4 * GROUP, SIZE));
    found.leave();
  }

  @Test
  void aBitmapOfWhichAnyBitWasFlippedIsRefused() throws Exception {
    SparseFile file = with(0, 3);
    file.sync();
    file.leave();
    Path bitmap = path.resolveSibling(path.getFileName() + SparseFile.BITMAP);
    byte[] right = Files.readAllBytes(bitmap);
    for (int bit = 0; bit < 8 * right.length; bit++) {
      byte[] wrong = right.clone();
      wrong[bit / 8] ^= (byte) (1 << bit % 8);
      Files.write(bitmap, wrong);

      assertThatThrownBy(() -> SparseFile.found(piece, path, MEMORY))
          .isInstanceOf(IOException.class);
    }
  }

  @Test
  void aFileThatIsShorterThanItsBitmapSaysIsRefused() throws Exception {
    SparseFile file = with(0, 3);
    file.sync();
    file.leave();
    try (var channel =
        java.nio.channels.FileChannel.open(path, java.nio.file.StandardOpenOption.WRITE)) {
      channel.truncate(3L * GROUP);
    }

    assertThatThrownBy(() -> SparseFile.found(piece, path, MEMORY))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("expected");
  }

  @Test
  void aGroupThatIsLostIsFetchedAgainAndItsReadersFail() throws Exception {
    SparseFile file = with(0, 3);
    PieceBytes before = file.read(ByteRanges.of(new ByteRange(0, 10))).orElseThrow();
    file.sync();

    assertThat(file.lose(3)).isTrue();

    assertThat(before.state()).isEqualTo(PieceBytes.State.FAILED);
    assertThat(file.missing(new ByteRange(0, SIZE)).stream()).containsExactly(1, 2, 3, 4);
    assertThat(file.read(ByteRanges.of(new ByteRange(3L * GROUP, 3L * GROUP + 1)))).isEmpty();
    try (PieceBytes after = file.read(ByteRanges.of(new ByteRange(0, 10))).orElseThrow()) {
      assertThat(after.state()).isEqualTo(PieceBytes.State.VERIFIED);
    }
    before.close();
    file.leave();
    // also for who starts after a crash
    assertThat(SparseFile.found(piece, path, MEMORY).here().stream()).containsExactly(0);
  }

  @Test
  void ofAPieceThatIsCompleteNoGroupIsLostAlone() throws Exception {
    SparseFile file = with(0, 1, 2, 3, 4);

    assertThat(file.lose(2)).isFalse();

    assertThat(file.isComplete()).isTrue();
    file.leave();
  }

  @Test
  void whatThePieceIsIsKnownOnceItsFirstBytesAreHere() throws Exception {
    SparseFile file = with(1);
    try (PieceBytes reader =
        file.read(ByteRanges.of(new ByteRange(GROUP, GROUP + 5L))).orElseThrow()) {
      reader.read(GROUP, 5).release();
      assertThat(reader.contentType()).isEmpty();

      file.begins(0);
      file.write(ByteBuffer.wrap(bytes, 0, GROUP), 0);
      file.verified(0);

      assertThat(reader.contentType()).hasValue("application/octet-stream");
    }
    file.sync();
    file.leave();
    // also to who reads it into memory first
    MemoryTier memory = new MemoryTier(8L << 20, Runnable::run);
    memory.wants(piece, 0);
    try (PieceBytes reader =
        SparseFile.found(piece, path, memory)
            .read(ByteRanges.of(new ByteRange(0, 5)))
            .orElseThrow()) {
      reader.read(0, 5).release();

      assertThat(memory.bytes()).isEqualTo(MemoryTier.BLOCK);
      assertThat(reader.contentType()).hasValue("application/octet-stream");
    }
  }

  @Test
  void aHotBlockIsServedFromMemory() throws Exception {
    MemoryTier memory = new MemoryTier(8L << 20, Runnable::run);
    SparseFile file = SparseFile.empty(piece, path, memory);
    file.enter();
    for (int group : List.of(0, 1)) {
      file.begins(group);
      file.write(ByteBuffer.wrap(bytes, group * GROUP, GROUP), (long) group * GROUP);
      file.verified(group);
    }
    ByteRange range = new ByteRange(0, 2L * GROUP);

    for (int i = 0; i < 2; i++) {
      try (PieceBytes reader = file.read(ByteRanges.of(range)).orElseThrow()) {
        assertThat(reader.resident(5)).isNull();
        reader.read(5, 100).release();
        // the second block is not here to its end
        reader.read(MemoryTier.BLOCK + 5, 100).release();
      }
    }

    try (PieceBytes reader = file.read(ByteRanges.of(range)).orElseThrow()) {
      ByteBuf hot = Objects.requireNonNull(reader.resident(5));
      assertThat(ByteBufUtil.getBytes(hot))
          .isEqualTo(Arrays.copyOfRange(bytes, 5, MemoryTier.BLOCK));
      hot.release();
      assertThat(reader.resident(MemoryTier.BLOCK + 5)).isNull();
    }
    file.lose(1);
    assertThat(memory.bytes()).isZero();
    file.leave();
  }
}
