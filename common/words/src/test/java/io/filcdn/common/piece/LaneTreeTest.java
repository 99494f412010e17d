package io.filcdn.common.piece;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Hashing many nodes at once gives what hashing them one by one does. */
class LaneTreeTest {

  /** Sixteen batches fill a storey. */
  private static final int STOREY = 16 * LaneTree.RAW;

  private static final NodeLanes LANES = new VectorNodeLanes();

  @ParameterizedTest
  @MethodSource("io.filcdn.common.piece.Vectors#all")
  void everyVectorGivesItsPieceCid(Vectors.Vector vector) {
    assertThat(hash(vector.payload(), LANES)).hasToString(vector.pieceCidV2());
  }

  @Test
  void everyCutAroundABatchGivesTheSamePieceCid() {
    byte[] payload = bytes(2 * LaneTree.RAW + 300, 23);
    PieceCid whole = hash(payload, null);

    for (int cut = LaneTree.RAW - 130; cut <= LaneTree.RAW + 130; cut++) {
      CommPHasher hasher = new CommPHasher(LANES);
      hasher.update(payload, 0, cut);
      hasher.update(ByteBuffer.wrap(payload, cut, payload.length - cut));
      assertThat(hasher.finish()).as("cut at %d", cut).isEqualTo(whole);
    }
  }

  @ParameterizedTest
  @ValueSource(
      ints = {
        0,
        1,
        127,
        LaneTree.RAW - 1,
        LaneTree.RAW,
        LaneTree.RAW + 1,
        STOREY - 1,
        STOREY,
        STOREY + 1,
        16 * STOREY,
        17 * STOREY + 5_000
      })
  void sizesAroundWhatABatchAndAStoreyHoldGiveTheSamePieceCid(int size) {
    byte[] payload = bytes(size, size);

    assertThat(hash(payload, LANES)).isEqualTo(hash(payload, null));
  }

  @Test
  void randomSizesInRandomStepsFromDirectMemoryGiveTheSamePieceCid() {
    Random random = new Random(29);
    for (int round = 0; round < 60; round++) {
      byte[] payload = bytes(random.nextInt(1 << 6 + random.nextInt(14)), random.nextInt());
      ByteBuffer direct = ByteBuffer.allocateDirect(payload.length).put(payload).flip();

      CommPHasher hasher = new CommPHasher(LANES);
      while (direct.hasRemaining()) {
        int step = Math.min(direct.remaining(), 1 + random.nextInt(40_000));
        hasher.update(direct.slice(direct.position(), step));
        direct.position(direct.position() + step);
      }

      assertThat(hasher.finish()).isEqualTo(hash(payload, null));
    }
  }

  @Test
  void aTallerTreeIsTheSameToo() {
    byte[] payload = bytes(3 * LaneTree.RAW + 77, 31);
    CommPHasher one = new CommPHasher(null);
    one.update(payload, 0, payload.length);
    CommPHasher many = new CommPHasher(LANES);
    many.update(payload, 0, payload.length);

    assertThat(many.finish(PieceCid.MAX_HEIGHT)).isEqualTo(one.finish(PieceCid.MAX_HEIGHT));
  }

  private static PieceCid hash(byte[] payload, @org.jspecify.annotations.Nullable NodeLanes lanes) {
    CommPHasher hasher = new CommPHasher(lanes);
    hasher.update(payload, 0, payload.length);
    return hasher.finish();
  }

  private static byte[] bytes(int length, long seed) {
    byte[] bytes = new byte[length];
    new Random(seed).nextBytes(bytes);
    return bytes;
  }
}
