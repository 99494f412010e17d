package io.filcdn.indexer;

import static org.assertj.core.api.Assertions.assertThat;

import io.filcdn.indexer.fake.Contracts;
import io.filcdn.indexer.fake.FakeNode;
import io.filcdn.indexer.health.Progress;
import io.filcdn.indexer.jobs.IndexingLoop.Turn;
import org.junit.jupiter.api.Test;

/** An index that cannot go on says what it waits for, and asks another node. */
class WaitingIT extends FakeChainTest {

  private static final int PATIENCE = 3;

  @Test
  void aBlockOfTheIndexThatTheNodeNoLongerKnowsIsNotWaitedForInSilence() {
    chain.block(Contracts.dataSetCreated(12, 3, PAYER)).blocks(3);
    indexer.catchUp();
    node.deny(chain.head().number());
    chain.block(Contracts.pieceAdded(12, 7, CID));
    indexer.clock().move(TestIndexer.RECHECKED_EVERY);

    assertThatTheIndexWaitsAndThenFails("expected block 4 to be 0x");

    node.recover();
    indexer.catchUp();
    assertThat(indexer.metric("filcdn.indexer.waits")).isZero();
    assertThat(tables.rows("select count(*) from pieces")).containsExactly("1");
  }

  @Test
  void aBlockThatTheNodeDoesNotTellIsNotWaitedForInSilence() {
    chain.block();
    indexer.catchUp();
    chain.blocks(2);
    node.deny(2);

    assertThatTheIndexWaitsAndThenFails("blocks 2 to 3 do not follow each other");
  }

  @Test
  void aNodeThatStaysBehindTheIndexFails() {
    chain.blocks(4).finalUpTo(4);
    indexer.catchUp();
    chain.reorg(3);

    for (int i = 0; i < PATIENCE; i++) {
      assertThat(indexer.turn()).isEqualTo(Turn.WAIT);
    }
    assertThat(indexer.turn()).isEqualTo(Turn.FAILED);
    assertThat(indexer.progress().now().detail().orElseThrow())
        .contains("expected a head of at least 4, where the index stands, found 1");
  }

  @Test
  void anotherNodeIsAsked() {
    try (FakeNode second = FakeNode.start(chain);
        TestIndexer two = another(second)) {
      chain.block(Contracts.dataSetCreated(12, 3, PAYER));
      two.catchUp();
      chain.blocks(2);
      node.deny(2);

      Patience.patiently()
          .until(() -> two.turn() == Turn.WAIT && two.progress().now().lagBlocks().orElse(9L) == 0);
      assertThat(two.progress().now().state()).isEqualTo(Progress.State.FOLLOWING);
      assertThat(two.turn()).isEqualTo(Turn.WAIT);
      assertThat(two.metric("filcdn.indexer.waits")).isZero();
    }
  }

  private TestIndexer another(FakeNode second) {
    indexer.close();
    TestIndexer two = new TestIndexer(tables.source(), producer, node, second);
    Patience.patiently()
        .until(
            () -> {
              two.turn();
              return two.progress().now().state() != Progress.State.STANDBY;
            });
    return two;
  }

  private void assertThatTheIndexWaitsAndThenFails(String why) {
    for (int i = 1; i <= PATIENCE; i++) {
      assertThat(indexer.turn()).isEqualTo(Turn.WAIT);
      assertThat(indexer.progress().now().state()).isEqualTo(Progress.State.WAITING);
      assertThat(indexer.progress().now().detail().orElseThrow()).contains(why);
      assertThat(indexer.metric("filcdn.indexer.waits")).isEqualTo(i);
    }
    assertThat(indexer.turn()).isEqualTo(Turn.FAILED);
    assertThat(indexer.progress().now().state()).isEqualTo(Progress.State.FAILING);
    assertThat(indexer.progress().now().detail().orElseThrow()).contains(why);
    assertThat(indexer.metric("filcdn.indexer.rpc.failures")).isEqualTo(1);
  }
}
