package io.filcdn.indexer;

import static org.assertj.core.api.Assertions.assertThat;

import io.filcdn.common.chain.BlockNumber;
import io.filcdn.indexer.fake.Contracts;
import io.filcdn.indexer.fake.FakeLog;
import org.junit.jupiter.api.Test;

/** A data set may be served once its creation is final or deep, whichever comes first. */
class ProvisionalIT extends FakeChainTest {

  private static final int DEPTH = (int) Contracts.SERVING_DEPTH;

  @Test
  void aNewDataSetIsProvisionalUntilItsCreationIsDeep() {
    chain.block(Contracts.dataSetCreated(12, 3, PAYER)).blocks(DEPTH - 1);
    indexer.catchUp().publishAll();
    assertThat(dataSet("fwss/12").provisionalSince()).contains(new BlockNumber(1));

    chain.block();
    indexer.catchUp().publishAll();
    assertThat(dataSet("fwss/12").provisionalSince()).isEmpty();
    assertThatTopicsEqualTables();
  }

  @Test
  void whatIsFinalEarlierIsServedEarlier() {
    chain.block(Contracts.dataSetCreated(12, 3, PAYER)).block();
    indexer.catchUp();

    chain.finalUpTo(1);
    indexer.catchUp().publishAll();

    assertThat(dataSet("fwss/12").provisionalSince()).isEmpty();
  }

  @Test
  void aChainThatBecomesShorterTakesTheDepthBack() {
    chain.block(Contracts.dataSetCreated(12, 3, PAYER)).blocks(DEPTH);
    indexer.catchUp().publishAll();
    assertThat(dataSet("fwss/12").provisionalSince()).isEmpty();

    chain.reorg(2).block();
    indexer.catchUp().publishAll();
    assertThat(dataSet("fwss/12").provisionalSince()).contains(new BlockNumber(1));
    assertThat(indexer.metric("filcdn.indexer.taken.back.data.sets")).isZero();
    assertThatTopicsEqualTables();
  }

  @Test
  void aNumberThatAReorgGivesToAnotherWasNotServedBefore() {
    chain.blocks(3).block(Contracts.dataSetCreated(12, 3, PAYER)).blocks(DEPTH - 1);
    indexer.catchUp();

    chain.reorg(DEPTH).block(Contracts.dataSetCreated(12, 3, OTHER_PAYER)).blocks(DEPTH);
    indexer.catchUp().publishAll();

    assertThat(dataSet("fwss/12").payer()).isEqualTo(OTHER_PAYER);
    assertThat(indexer.metric("filcdn.indexer.taken.back.data.sets")).isZero();
  }

  @Test
  void aReorgDeeperThanThatTellsWhomItTookBack() {
    chain
        .blocks(3)
        .block(Contracts.dataSetCreated(12, 3, PAYER), Contracts.dataSetCreated(13, 3, PAYER))
        .blocks(DEPTH);
    indexer.catchUp();

    chain.reorg(DEPTH + 1).block(Contracts.dataSetCreated(12, 3, OTHER_PAYER)).blocks(DEPTH);
    indexer.catchUp();

    assertThat(indexer.metric("filcdn.indexer.taken.back.data.sets")).isEqualTo(2);
  }

  @Test
  void aRepairTakesNobodyBack() {
    FakeLog hidden = Contracts.toppedUp(12, 1, 1);
    node.hide(hidden);
    chain.block(hidden, Contracts.dataSetCreated(12, 3, PAYER)).blocks(DEPTH + 2);
    indexer.catchUp();

    node.hideNothing();
    indexer.clock().move(TestIndexer.RECHECKED_EVERY);
    indexer.catchUp().publishAll();

    assertThat(indexer.metric("filcdn.indexer.repairs")).isEqualTo(1);
    assertThat(indexer.metric("filcdn.indexer.taken.back.data.sets")).isZero();
    assertThat(dataSet("fwss/12").provisionalSince()).isEmpty();
  }
}
