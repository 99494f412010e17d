package io.filcdn.common.piece;

import static org.assertj.core.api.Assertions.assertThat;

import io.filcdn.common.digest.Digests;
import java.nio.ByteBuffer;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class VectorNodeLanesTest {

  @ParameterizedTest
  @ValueSource(ints = {32, 64, 128, 256})
  void everyLaneIsTheSha256OfItsChildrenWithoutItsTopBits(int lanes) {
    int[] rows = new int[NodeLanes.WORDS];
    Random random = new Random(lanes);
    for (int i = NodeLanes.CHILDREN; i < NodeLanes.CHILDREN + 16 * NodeLanes.LANES; i++) {
      rows[i] = random.nextInt();
    }
    byte[][] expected = new byte[lanes][];
    for (int lane = 0; lane < lanes; lane++) {
      expected[lane] = Digests.sha256(words(rows, NodeLanes.CHILDREN + lane, 16));
      expected[lane][31] &= 0x3f;
    }

    new VectorNodeLanes().hash(rows, lanes);

    for (int lane = 0; lane < lanes; lane++) {
      assertThat(words(rows, lane, 8)).as("lane %d", lane).isEqualTo(expected[lane]);
    }
  }

  private static byte[] words(int[] rows, int from, int count) {
    ByteBuffer bytes = ByteBuffer.allocate(count * Integer.BYTES);
    for (int word = 0; word < count; word++) {
      bytes.putInt(rows[from + word * NodeLanes.LANES]);
    }
    return bytes.array();
  }
}
