package io.filcdn.retrieval.cache;

import static org.assertj.core.api.Assertions.assertThat;

import io.filcdn.common.piece.CommPHasher;
import io.filcdn.common.piece.PieceCid;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Objects;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MemoryTierTest {

  private static final int BLOCK = MemoryTier.BLOCK;

  @TempDir private Path folder;

  private final MemoryTier tier = new MemoryTier(3L * BLOCK, Runnable::run);

  @Test
  void aBlockIsWantedTheSecondTimeItIsAskedFor() {
    PieceCid piece = cid(new byte[BLOCK + 1]);

    assertThat(tier.wants(piece, 0)).isFalse();
    assertThat(tier.wants(piece, BLOCK)).isFalse();
    assertThat(tier.wants(piece, BLOCK - 1)).isTrue();
  }

  @Test
  void whatWasLoadedIsThereFromAnyPositionUpToTheEndOfItsBlock() throws IOException {
    byte[] payload = bytes(BLOCK + 500, 3);
    PieceCid piece = cid(payload);

    ByteBuf loaded = load(payload, 100);
    load(payload, BLOCK + 400).release();

    assertThat(take(loaded)).isEqualTo(Arrays.copyOfRange(payload, 100, BLOCK));
    assertThat(take(tier.get(piece, BLOCK - 1)))
        .isEqualTo(Arrays.copyOfRange(payload, BLOCK - 1, BLOCK));
    assertThat(take(tier.get(piece, BLOCK)))
        .isEqualTo(Arrays.copyOfRange(payload, BLOCK, payload.length));
    assertThat(tier.bytes()).isEqualTo(payload.length);
  }

  @Test
  void aForgottenPieceIsSentToTheEndByThoseWhoHaveItAndCountsUntilThen() throws IOException {
    byte[] payload = bytes(2_000, 5);
    ByteBuf underWay = load(payload, 0);

    tier.forget(cid(payload));

    assertThat(tier.get(cid(payload), 0)).isNull();
    assertThat(tier.bytes()).isEqualTo(2_000);
    assertThat(take(underWay)).isEqualTo(payload);
    assertThat(tier.bytes()).isZero();
  }

  @Test
  void blocksThatSlowClientsHoldCountAgainstNewOnes() throws IOException {
    ByteBuf[] held = new ByteBuf[5];
    for (int i = 0; i < held.length; i++) {
      held[i] = load(bytes(BLOCK, i), 0);
    }
    PieceCid next = cid(bytes(BLOCK, 99));
    boolean first = tier.wants(next, 0);

    boolean whileHeld = tier.wants(next, 0);
    Arrays.stream(held).forEach(ByteBuf::release);
    boolean afterwards = tier.wants(next, 0);

    assertThat(new boolean[] {first, whileHeld, afterwards}).containsExactly(false, false, true);
    assertThat(tier.bytes()).isLessThanOrEqualTo(3L * BLOCK);
  }

  @Test
  void whatIsReadAgainAndAgainOutlivesWhatIsReadOnce() throws IOException {
    byte[] hot = bytes(10_000, 7);
    load(hot, 0).release();
    for (int i = 0; i < 50; i++) {
      assertThat(take(tier.get(cid(hot), 0))).hasSize(hot.length);
    }

    for (int i = 0; i < 40; i++) {
      load(bytes(BLOCK / 2, 100 + i), 0).release();
    }

    assertThat(take(tier.get(cid(hot), 0))).isEqualTo(hot);
    assertThat(tier.bytes()).isLessThanOrEqualTo(3L * BLOCK);
  }

  @Test
  void whatIsReadOfADroppedFileIsSentAndNotKept() throws IOException {
    byte[] right = bytes(2_000, 5);
    PieceCid piece = cid(right);
    byte[] rotten = bytes(2_000, 6);
    Path file = Files.write(folder.resolve("rotten"), rotten);

    load(right, 0).release();
    try (FileChannel channel = FileChannel.open(file)) {
      assertThat(take(tier.load(piece, channel, 0, () -> false))).isEqualTo(rotten);
    }

    assertThat(take(tier.get(piece, 0))).isEqualTo(right);
    assertThat(tier.bytes()).isEqualTo(2_000);
  }

  private ByteBuf load(byte[] payload, long position) throws IOException {
    Path file = Files.write(folder.resolve("piece"), payload);
    try (FileChannel channel = FileChannel.open(file)) {
      return tier.load(cid(payload), channel, position, () -> true);
    }
  }

  private static byte[] take(@Nullable ByteBuf found) {
    ByteBuf bytes = Objects.requireNonNull(found);
    try {
      return ByteBufUtil.getBytes(bytes);
    } finally {
      bytes.release();
    }
  }

  private static PieceCid cid(byte[] payload) {
    CommPHasher hasher = new CommPHasher();
    hasher.update(payload, 0, payload.length);
    return hasher.finish();
  }

  private static byte[] bytes(int length, long seed) {
    byte[] bytes = new byte[length];
    new Random(seed).nextBytes(bytes);
    return bytes;
  }
}
