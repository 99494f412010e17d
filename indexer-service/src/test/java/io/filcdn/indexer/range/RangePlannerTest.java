package io.filcdn.indexer.range;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.filcdn.common.chain.BlockNumber;
import io.filcdn.indexer.chain.BlockRange;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class RangePlannerTest {

  private final RangePlanner planner = new RangePlanner(at(100), 1000, 60);

  @Test
  void anEmptyIndexBeginsAtTheNetworksFirstBlock() {
    assertThat(next(Optional.empty(), 5000, 4000))
        .contains(new BlockRange(at(100), at(1099), at(4000), true));
    assertThat(planner.next(Optional.empty(), at(99), Optional.empty())).isEmpty();
  }

  @Test
  void finalAndOtherBlocksAreNeverInOneRange() {
    assertThat(next(Optional.of(at(3500)), 5000, 4000))
        .contains(new BlockRange(at(3501), at(4000), at(4000), true));
    assertThat(next(Optional.of(at(4000)), 5000, 4000))
        .contains(new BlockRange(at(4001), at(4060), at(5000), false));
  }

  @Test
  void theRangeEndsAtTheHead() {
    assertThat(next(Optional.of(at(4999)), 5000, 4000))
        .contains(new BlockRange(at(5000), at(5000), at(5000), false));
    assertThat(next(Optional.of(at(5000)), 5000, 4000)).isEmpty();
    assertThat(next(Optional.of(at(5001)), 5000, 4000)).isEmpty();
  }

  @Test
  void aRefusedRangeIsHalvedDownToOneBlockAndGrowsBack() {
    BlockRange range = next(Optional.empty(), 5000, 5000).orElseThrow();
    for (int halvings = 0; halvings < 9; halvings++) {
      assertThat(planner.refused(range)).isTrue();
      range = next(Optional.empty(), 5000, 5000).orElseThrow();
    }
    assertThat(range.size()).isEqualTo(1);
    assertThat(planner.refused(range)).isFalse();
    assertThat(planner.blocks()).isEqualTo(1);

    for (int i = 0; i < 200; i++) {
      planner.answered();
    }
    assertThat(planner.blocks()).isEqualTo(1000);
  }

  @Test
  void aRangeGrowsOnlyLittleByLittleBeyondWhatWasRefused() {
    BlockRange range = next(Optional.empty(), 5000, 5000).orElseThrow();
    planner.refused(range);

    for (int i = 0; i < 4; i++) {
      planner.answered();
    }
    assertThat(planner.blocks()).isEqualTo(999);
    planner.refused(next(Optional.empty(), 5000, 5000).orElseThrow());
    assertThat(planner.blocks()).isEqualTo(499);
    for (int i = 0; i < 4; i++) {
      planner.answered();
    }
    assertThat(planner.blocks()).isEqualTo(998);
  }

  @Test
  void aRangeThatTheHeadMadeShortIsHalvedFromItsOwnLength() {
    BlockRange shortOne = next(Optional.of(at(4995)), 5000, 4000).orElseThrow();

    planner.refused(shortOne);

    assertThat(planner.blocks()).isEqualTo(2);
  }

  @Test
  void rangesOfNothingAreRefused() {
    assertThatThrownBy(() -> new RangePlanner(at(0), 0, 60))
        .hasMessageContaining("at least 1 block, found max-blocks 0");
  }

  private Optional<BlockRange> next(Optional<BlockNumber> indexed, long head, long finalNumber) {
    return planner.next(indexed, at(head), Optional.of(at(finalNumber)));
  }

  private static BlockNumber at(long number) {
    return new BlockNumber(number);
  }
}
