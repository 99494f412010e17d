package io.filcdn.retrieval.cache;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.filcdn.common.piece.CommPHasher;
import io.filcdn.common.piece.PieceCid;
import io.filcdn.retrieval.bytes.PieceBytes;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
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

  private ByteBuf arrive(int from, int to) {
    ByteBuf part = Unpooled.wrappedBuffer(content, from, to - from);
    fill.arrived(part);
    return part;
  }

  private void bring(int from, int to) throws IOException {
    fill.append(arrive(from, to));
  }

  @Test
  void whatArrivedIsReadFromMemoryUntilItIsWritten() throws IOException {
    PieceBytes reader = fill.open().orElseThrow();
    AtomicInteger told = new AtomicInteger();
    reader.subscribe(told::incrementAndGet);
    bring(0, 6_000);
    assertThat(told).as("told that bytes come").hasValue(1);
    ByteBuf part = arrive(6_000, 9_000);

    assertThat(told).as("told of what came after").hasValue(2);
    assertThat(reader.readable()).isEqualTo(9_000);
    assertThat(reader.resident(5_999)).as("it is on the disk").isNull();
    assertThat(bytes(reader.resident(6_500))).isEqualTo(Arrays.copyOfRange(content, 6_500, 9_000));
    assertThat(bytes(reader.read(5_000, 4_000)))
        .as("what is written of what was asked for")
        .isEqualTo(Arrays.copyOfRange(content, 5_000, 6_000));

    fill.append(part);

    assertThat(reader.resident(6_500)).as("it is on the disk").isNull();
    assertThat(bytes(reader.read(5_000, 4_000)))
        .isEqualTo(Arrays.copyOfRange(content, 5_000, 9_000));
    assertThat(part.refCnt()).as("what was lent was given back").isOne();
    reader.close();
  }

  @Test
  void nobodyReadsBeforeTheTypeIsKnown() throws IOException {
    PieceBytes reader = fill.open().orElseThrow();
    bring(0, 4_000);
    assertThat(reader.state()).isEqualTo(PieceBytes.State.AWAITED);

    bring(4_000, 5_000);

    assertThat(reader.state()).isEqualTo(PieceBytes.State.ARRIVING);
    assertThat(reader.contentType()).hasValue("application/octet-stream");
    reader.close();
  }

  private static byte[] bytes(@Nullable ByteBuf found) {
    byte[] bytes = ByteBufUtil.getBytes(requireNonNull(found));
    found.release();
    return bytes;
  }

  @Test
  void whoReadsGoesOnAfterTheFillIsOver() throws IOException {
    PieceBytes reader = fill.open().orElseThrow();
    bring(0, SIZE);
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
    bring(0, SIZE);
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
