package io.filcdn.common.piece;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A hasher tells of the nodes of a level, in vectors as without. */
class NodeSinkTest {

  private static final int STOREY = 16 * LaneTree.RAW;

  @ParameterizedTest
  @ValueSource(
      ints = {
        0,
        1,
        126,
        127,
        128,
        255,
        LaneTree.RAW - 1,
        LaneTree.RAW,
        LaneTree.RAW + 1,
        STOREY - 1,
        STOREY,
        STOREY + 1,
        3 * STOREY + 5_000
      })
  void nodesOfEveryLevelAreTheRootsOfTheirBytes(int size) {
    byte[] payload = bytes(size);
    for (int level = PieceCid.MIN_HEIGHT; level <= PieceCid.heightFor(size) + 1; level++) {
      List<CommP> expected = roots(payload, level);

      assertThat(nodes(payload, level, null)).as("level %d", level).isEqualTo(expected);
      assertThat(nodes(payload, level, new VectorNodeLanes()))
          .as("level %d in vectors", level)
          .isEqualTo(expected);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {8, 9, 12, 15})
  void nodesOfTheLevelsOfSeveralStoreysAreTheSameInVectors(int level) {
    byte[] payload = bytes(16 * STOREY + LaneTree.RAW + 300);

    assertThat(nodes(payload, level, new VectorNodeLanes())).isEqualTo(nodes(payload, level, null));
  }

  @Test
  void zerosBehindTheDataMakeNoNodes() {
    List<CommP> nodes = new ArrayList<>();
    CommPHasher hasher = new CommPHasher(2, (bytes, offset) -> nodes.add(CommP.of(bytes, offset)));
    hasher.update(new byte[128], 0, 128);

    hasher.finish(PieceCid.MAX_HEIGHT);

    assertThat(nodes).hasSize(2);
  }

  @ParameterizedTest
  @ValueSource(ints = {-1, 0, 1, PieceCid.MAX_HEIGHT + 1})
  void levelThatNoPieceHasIsRefused(int level) {
    assertThatThrownBy(() -> new CommPHasher(level, (bytes, offset) -> {}))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("expected a level from 2 to 50, found " + level);
  }

  /** The roots of the parts of {@code payload} that trees of height {@code level} hold. */
  private static List<CommP> roots(byte[] payload, int level) {
    List<CommP> roots = new ArrayList<>();
    int part = Math.toIntExact(PieceCid.capacity(level));
    for (int at = 0; at < payload.length; at += part) {
      CommPHasher hasher = new CommPHasher((NodeLanes) null);
      hasher.update(payload, at, Math.min(part, payload.length - at));
      roots.add(hasher.finish(level).commP());
    }
    return roots;
  }

  private static List<CommP> nodes(byte[] payload, int level, @Nullable NodeLanes lanes) {
    List<CommP> nodes = new ArrayList<>();
    CommPHasher hasher =
        new CommPHasher(lanes, level, (bytes, offset) -> nodes.add(CommP.of(bytes, offset)));
    hasher.update(payload, 0, payload.length);
    CommPHasher alone = new CommPHasher(lanes);
    alone.update(payload, 0, payload.length);
    int height = Math.max(level, PieceCid.heightFor(payload.length));
    assertThat(hasher.finish(height)).isEqualTo(alone.finish(height));
    return nodes;
  }

  private static byte[] bytes(int length) {
    byte[] bytes = new byte[length];
    new Random(length).nextBytes(bytes);
    return bytes;
  }
}
