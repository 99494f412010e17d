package io.filcdn.common.proof;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.filcdn.common.piece.CommP;
import io.filcdn.common.piece.PieceCid;
import java.math.BigInteger;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PieceGroupsTest {

  private static final long MIB = 1_040_384;

  @ParameterizedTest
  @CsvSource({
    // raw size, log2 of a group, groups that hold data
    "0, 7, 0",
    "1, 7, 1",
    "127, 7, 1",
    "128, 8, 1",
    "520192, 19, 1",
    "520193, 20, 1",
    "1040383, 20, 1",
    "1040384, 20, 1",
    "1040385, 20, 2",
    "1065353216, 20, 1024",
    // the last that 1 MiB is enough for, and one byte more
    "2130706432, 20, 2048",
    "2130706433, 21, 1025",
    // 32 GiB, 64 GiB, all that a tree can hold
    "34091302912, 24, 2048",
    "34091302913, 25, 1025",
    "68182605824, 25, 2048",
    "35747322042253312, 44, 2048"
  })
  void treeHasAtMost2048Groups(long rawSize, int groupLog2, long count) {
    PieceGroups groups = PieceGroups.ofTree(piece(PieceCid.heightFor(rawSize), rawSize));

    assertThat(groups.groupLog2()).isEqualTo(groupLog2);
    assertThat(groups.count()).isEqualTo(count);
  }

  @Test
  void groupsOfATreeTallerThanNeededFollowItsData() {
    PieceGroups groups = PieceGroups.ofTree(piece(PieceCid.MAX_HEIGHT, 5 * MIB + 1));

    assertThat(groups.groupLog2()).isEqualTo(20);
    assertThat(groups.count()).isEqualTo(6);
  }

  @Test
  void treesOfPiecesOfEverySizeAreBounded() {
    Random random = new Random(37);
    for (int i = 0; i < 20_000; i++) {
      int height = PieceCid.MIN_HEIGHT + random.nextInt(PieceCid.MAX_HEIGHT - 1);
      long rawSize = random.nextLong(PieceCid.capacity(height) + 1) >>> random.nextInt(40);
      PieceGroups groups = PieceGroups.ofTree(piece(height, rawSize));

      assertThat(groups.count()).isLessThanOrEqualTo(2048);
      if (groups.groupLog2() > 20) {
        assertThat(groups.count()).as("no smaller group is enough").isGreaterThan(1024);
      }
    }
  }

  @Test
  void groupsOfEverySizeCoverAPieceWithoutGapOrOverlap() {
    Random random = new Random(41);
    for (int i = 0; i < 2_000; i++) {
      int height = PieceCid.MIN_HEIGHT + random.nextInt(PieceCid.MAX_HEIGHT - 1);
      int log2 = 7 + random.nextInt(height - 1);
      long size = 127L << log2 - 7;
      long capacity = PieceCid.capacity(height);
      long edge = Math.min(capacity, size * random.nextLong(capacity / size + 1));
      for (long rawSize :
          new long[] {edge - 128, edge - 127, edge - 1, edge, edge + 1, edge + 127, edge + 128}) {
        if (rawSize >= 0 && rawSize <= capacity) {
          PieceGroups groups = new PieceGroups(height, rawSize, log2);
          assertCovered(groups, random);
        }
      }
    }
  }

  private static void assertCovered(PieceGroups groups, Random random) {
    BigInteger size = BigInteger.valueOf(127).shiftLeft(groups.groupLog2() - 7);
    assertThat(BigInteger.valueOf(groups.rawGroupSize())).isEqualTo(size);
    BigInteger[] parts = BigInteger.valueOf(groups.rawSize()).divideAndRemainder(size);
    assertThat(groups.count()).isEqualTo(parts[0].longValueExact() + parts[1].signum());
    if (groups.count() == 0) {
      return;
    }
    assertThat(groups.from(0)).isZero();
    assertThat(groups.to(groups.count() - 1)).isEqualTo(groups.rawSize());
    long group = random.nextLong(groups.count());
    long from = groups.from(group);
    long to = groups.to(group);
    assertThat(from % 127).isZero();
    assertThat(to).isGreaterThan(from);
    assertThat(groups.group(from)).isEqualTo(group);
    assertThat(groups.group(to - 1)).isEqualTo(group);
    if (group + 1 < groups.count()) {
      assertThat(groups.from(group + 1)).isEqualTo(to);
      assertThat(to - from).isEqualTo(groups.rawGroupSize());
    }
    GroupRun run = groups.run(from, groups.rawSize());
    assertThat(run).isEqualTo(new GroupRun(group, groups.count() - group));
    assertThat(groups.from(run)).isEqualTo(from);
    assertThat(groups.to(run)).isEqualTo(groups.rawSize());
    assertThat(groups.run(to - 1, to)).isEqualTo(new GroupRun(group, 1));
  }

  @Test
  void whatThePieceHasNotIsRefused() {
    PieceGroups groups = new PieceGroups(4, 300, 7);

    assertThatThrownBy(() -> groups.from(3))
        .hasMessageContaining("3 groups")
        .hasMessageContaining("3");
    assertThatThrownBy(() -> groups.from(-1)).isInstanceOf(IndexOutOfBoundsException.class);
    assertThatThrownBy(() -> groups.group(300)).isInstanceOf(IndexOutOfBoundsException.class);
    assertThatThrownBy(() -> groups.group(-1)).isInstanceOf(IndexOutOfBoundsException.class);
    assertThatThrownBy(() -> groups.run(0, 301)).isInstanceOf(IndexOutOfBoundsException.class);
    assertThatThrownBy(() -> groups.run(5, 5)).isInstanceOf(IndexOutOfBoundsException.class);
    assertThatThrownBy(() -> new PieceGroups(4, 509, 7)).hasMessageContaining("0 to 508");
    assertThatThrownBy(() -> new PieceGroups(4, 300, 6)).hasMessageContaining("2^7 to 2^9");
    assertThatThrownBy(() -> new PieceGroups(4, 300, 10)).hasMessageContaining("2^7 to 2^9");
    assertThatThrownBy(() -> new GroupRun(0, 0)).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> new GroupRun(-1, 1)).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> new GroupRun(1, Long.MAX_VALUE))
        .isInstanceOf(IllegalArgumentException.class);
  }

  private static PieceCid piece(int height, long rawSize) {
    return new PieceCid(new CommP(0, 0, 0, 0), height, rawSize);
  }
}
