package io.filcdn.retrieval.cache;

import static org.assertj.core.api.Assertions.assertThat;

import io.filcdn.common.piece.CommPHasher;
import io.filcdn.common.piece.PieceCid;
import io.filcdn.retrieval.delivery.PieceBytes;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FillBytesTest {

  private static final int SIZE = 10_000;

  @TempDir Path folder;

  private final AtomicInteger abandoned = new AtomicInteger();
  private DiskPieceCache disk;
  private FillBytes fill;
  private byte[] content;

  @BeforeEach
  void begin() throws IOException {
    content = new byte[SIZE];
    new Random(5).nextBytes(content);
    CommPHasher hasher = new CommPHasher();
    hasher.update(ByteBuffer.wrap(content));
    PieceCid piece = hasher.finish();
    disk =
        DiskPieceCache.open(
            folder, 1 << 20, new MemoryTier(0, Runnable::run), Runnable::run, System::nanoTime);
    fill = new FillBytes(piece, disk.beginFill(), abandoned::incrementAndGet);
  }

  @Test
  void whoReadsGoesOnAfterTheFillIsOver() throws IOException {
    PieceBytes reader = fill.open().orElseThrow();
    fill.append(ByteBuffer.wrap(content));
    fill.verified();
    fill.keepIn(disk);
    fill.end();

    PieceBytes late = fill.open().orElseThrow();
    reader.close();

    ByteBuffer read = ByteBuffer.allocate(SIZE);
    late.read(read, 0);
    assertThat(read.array()).isEqualTo(content);
    late.close();
    assertThat(fill.open()).as("its file is closed").isEmpty();
  }

  @Test
  void nobodyJoinsAFillWhoseFileIsClosed() throws IOException {
    PieceBytes reader = fill.open().orElseThrow();
    fill.append(ByteBuffer.wrap(content));
    fill.verified();
    reader.close();
    fill.keepIn(disk);
    fill.end();

    assertThat(fill.open()).isEmpty();
  }

  @Test
  void whatEveryoneLeftTakesNobodyElse() {
    PieceBytes reader = fill.open().orElseThrow();
    assertThat(fill.closeUnread()).isFalse();
    reader.close();

    assertThat(abandoned).hasValue(1);
    assertThat(fill.closeUnread()).isTrue();
    assertThat(fill.open()).isEmpty();
  }
}
