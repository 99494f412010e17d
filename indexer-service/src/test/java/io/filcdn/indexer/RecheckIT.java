package io.filcdn.indexer;

import static org.assertj.core.api.Assertions.assertThat;

import io.filcdn.common.chain.BlockNumber;
import io.filcdn.common.kafka.Topic;
import io.filcdn.common.payment.TokenAmount;
import io.filcdn.indexer.admin.OperationQueue;
import io.filcdn.indexer.fake.Contracts;
import io.filcdn.indexer.fake.FakeChain;
import io.filcdn.indexer.fake.FakeLog;
import io.filcdn.indexer.fake.FakeNode;
import io.filcdn.indexer.jobs.IndexingLoop.Turn;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Nodes that leave logs out, tell too many, or another chain: blocks are read more than once. */
class RecheckIT extends FakeChainTest {

  private static final FakeLog CREATED = Contracts.dataSetCreated(12, 3, PAYER);
  private static final FakeLog ADDED = Contracts.pieceAdded(12, 7, CID);
  private static final FakeLog TOPPED_UP = Contracts.toppedUp(12, 70, 30);

  @Test
  void logsThatWereMissingAtTheHeadAreTakenWithTheNextRecheck() {
    node.hide(CREATED);
    chain.block(TOPPED_UP, CREATED).block(ADDED).block();
    indexer.catchUp().publishAll();
    assertThat(topics.of(Topic.DATA_SETS)).isEmpty();

    node.hideNothing();
    indexer.catchUp();
    assertThat(tables.rows("select id from data_sets")).isEmpty();
    recheck().catchUp().publishAll();

    assertThat(dataSet("fwss/12").topUps().cdnUnfinal()).isEqualTo(TokenAmount.of(70));
    assertThat(topics.of(Topic.PLACEMENTS)).containsOnlyKeys(placement(CID, PAYER, 7));
    assertThat(indexer.metric("filcdn.indexer.repairs")).isEqualTo(1);
    assertThatTopicsEqualTables();
  }

  @Test
  void aHintForABlockOfTheIndexHasItReadAgainAtOnce() {
    node.hide(ADDED);
    chain.block(CREATED).block(ADDED);
    indexer.catchUp();

    node.hideNothing();
    indexer.rechecker().hint();
    indexer.catchUp().publishAll();

    assertThat(topics.of(Topic.PLACEMENTS)).hasSize(1);
  }

  @Test
  void noBlockBecomesFinalBeforeItWasReadAgain() {
    node.hide(TOPPED_UP);
    chain.block(TOPPED_UP, CREATED).block().block();
    indexer.catchUp();

    node.hideNothing();
    chain.finalUpTo(2);
    indexer.catchUp().publishAll();

    assertThat(dataSet("fwss/12").topUps().cdnFinal()).isEqualTo(TokenAmount.of(70));
    assertThat(tables.rows("select final_number from cursor")).containsExactly("2");
    assertThatTopicsEqualTables();
  }

  @Test
  void nothingBecomesFinalByWayOfTheRangeBehindItWhileItCannotBeReadAgain() {
    node.hide(ADDED);
    chain.block(CREATED).block(ADDED, Contracts.toppedUp(12, 1, 1)).block();
    indexer.catchUp();

    node.hideNothing();
    chain.blocks(9).finalUpTo(10);
    node.deny(3);
    assertThat(indexer.turn()).isEqualTo(Turn.WAIT);
    assertThat(tables.rows("select final_number from cursor")).containsExactly("-");
    node.recover();
    indexer.catchUp().publishAll();

    assertThat(topics.of(Topic.PLACEMENTS)).hasSize(1);
    assertThat(tables.rows("select final_number from cursor")).containsExactly("10");
  }

  @Test
  void finalBlocksAreReadTwiceSoThatOneReadingMayLeaveLogsOut() {
    chain.block(CREATED, ADDED).blocks(3).finalUpTo(4);
    node.lieNext(FakeNode.Lie.NO_LOGS);

    indexer.catchUp().publishAll();

    assertThat(topics.of(Topic.PLACEMENTS)).hasSize(1);
    assertThatTopicsEqualTables();
  }

  @Test
  void aRepairChangesNothingElseThatReadersSee() {
    chain.block(CREATED).block(ADDED).block(TOPPED_UP).block();
    node.hide(TOPPED_UP);
    indexer.catchUp().publishAll();
    Map<String, String> placements = Map.copyOf(topics.of(Topic.PLACEMENTS));

    node.hideNothing();
    recheck().catchUp();
    assertThat(tables.rows("select topic, value is null from outbox"))
        .containsExactly("DATA_SETS f");
    indexer.publishAll();

    assertThat(topics.of(Topic.PLACEMENTS)).isEqualTo(placements);
    assertThat(dataSet("fwss/12").topUps().cdnUnfinal()).isEqualTo(TokenAmount.of(70));
  }

  @Test
  void aClockThatWasAheadAndIsPutRightPutsNoRecheckOff() {
    Duration ahead = Duration.ofDays(1);
    chain.block(CREATED).block(ADDED).block(TOPPED_UP).block();
    node.hide(TOPPED_UP);
    indexer.clock().move(ahead);
    indexer.catchUp();
    indexer.clock().move(ahead.negated());
    node.hideNothing();

    recheck().catchUp().publishAll();

    assertThat(dataSet("fwss/12").topUps().cdnUnfinal()).isEqualTo(TokenAmount.of(70));
  }

  @Test
  void aLogThatANodeNoLongerTellsStaysUntilTheSecondReadingSaysSo() {
    chain.block(CREATED).block(ADDED).block();
    indexer.catchUp();

    node.hide(ADDED);
    indexer.clock().move(TestIndexer.RECHECKED_EVERY);
    assertThat(indexer.turn()).isEqualTo(Turn.FAILED);
    assertThat(tables.rows("select piece_id from pieces")).containsExactly("7");
    assertThat(indexer.metric("filcdn.indexer.rpc.contradictions")).isEqualTo(1);

    assertThat(indexer.turn()).isEqualTo(Turn.MORE);
    assertThat(tables.rows("select piece_id from pieces")).isEmpty();
  }

  @Test
  void aLogThatOneNodeLeavesOutIsKeptWhereAnotherTellsIt() {
    try (FakeNode second = FakeNode.start(chain);
        TestIndexer two = new TestIndexer(tables.source(), producer, node, second)) {
      chain.block(CREATED).block(ADDED).block();
      two.catchUp();
      second.hide(ADDED);

      for (int i = 0; i < 5; i++) {
        two.clock().move(TestIndexer.RECHECKED_EVERY);
        two.catchUp();
      }

      assertThat(tables.rows("select piece_id from pieces")).containsExactly("7");
      assertThat(two.metric("filcdn.indexer.rpc.contradictions")).isPositive();
    }
  }

  @Test
  void aLogThatOneNodeLeftOutIsTakenFromAnother() {
    node.hide(ADDED);
    try (FakeNode second = FakeNode.start(chain);
        TestIndexer two = new TestIndexer(tables.source(), producer, node, second)) {
      chain.block(CREATED).block(ADDED).block();
      two.catchUp();
      assertThat(tables.rows("select piece_id from pieces")).isEmpty();

      two.clock().move(TestIndexer.RECHECKED_EVERY);
      two.catchUp();

      assertThat(tables.rows("select piece_id from pieces")).containsExactly("7");
    }
  }

  @Test
  void aNodeOnAnotherChainBelowFinalityDoesNotStopTheIndexWhileOneAgrees() {
    FakeChain other = new FakeChain().blocks(2).reorg(1).blocks(6).finalUpTo(6);
    try (FakeNode stranger = FakeNode.start(other);
        TestIndexer two = new TestIndexer(tables.source(), producer, node, stranger)) {
      chain.block(CREATED).blocks(4).finalUpTo(4);
      two.catchUp();

      two.clock().move(TestIndexer.RECHECKED_EVERY);
      chain.block(ADDED);
      two.catchUp();

      assertThat(tables.rows("select piece_id from pieces")).containsExactly("7");
      assertThat(two.metric("filcdn.indexer.rpc.contradictions")).isEqualTo(1);
    }
  }

  @Test
  void anOperatorLetsAHaltedIndexGoOnFromABlockBeforeTheChange() {
    chain.block(CREATED).block(ADDED).block(TOPPED_UP).blocks(2).finalUpTo(4);
    indexer.catchUp().publishAll();
    chain.reorg(3).block(Contracts.toppedUp(12, 5, 5)).blocks(4);
    assertThat(indexer.turn()).isEqualTo(Turn.HALTED);

    rewindTo(3);
    assertThat(indexer.turn()).isEqualTo(Turn.HALTED); // an event in block 3 is another now

    rewindTo(2);
    indexer.catchUp().publishAll();

    assertThat(
            dataSet("fwss/12").topUps().cdnUnfinal().plus(dataSet("fwss/12").topUps().cdnFinal()))
        .isEqualTo(TokenAmount.of(5));
    assertThat(topics.of(Topic.PLACEMENTS)).hasSize(1);
    assertThat(tables.rows("select block_number from cursor"))
        .containsExactly(Long.toString(chain.head().number()));
    assertThatTopicsEqualTables();
  }

  @Test
  void anOrderThatWasAcceptedWaitsForANodeThatAnswers() {
    chain.block(CREATED).block(ADDED).block(TOPPED_UP).blocks(2).finalUpTo(4);
    indexer.catchUp();
    chain.reorg(3).block(Contracts.toppedUp(12, 5, 5)).blocks(4);
    assertThat(indexer.turn()).isEqualTo(Turn.HALTED);

    node.limitNext("eth_getBlockByNumber", "30");
    rewindTo(2);
    assertThat(indexer.turn()).isEqualTo(Turn.FAILED);
    indexer.clock().move(Duration.ofSeconds(30));
    indexer.catchUp();

    assertThat(tables.rows("select block_number from cursor"))
        .containsExactly(Long.toString(chain.head().number()));
  }

  @Test
  void republishTellsAllThatTheIndexHolds() {
    chain
        .block(Contracts.productAdded(3, "https://pdp.example.net"))
        .block(CREATED, ADDED, TOPPED_UP, Contracts.pieceAdded(12, 8, OTHER_CID))
        .block(Contracts.piecesRemoved(12, 8));
    indexer.catchUp().publishAll();

    try (Topics late = Topics.from(infra.kafka().bootstrapServers(), false)) {
      indexer
          .operations()
          .offer(
              new OperationQueue.Operation.Republish(
                  java.util.Set.of(
                      Topic.PLACEMENTS, Topic.DATA_SETS, Topic.PROVIDERS, Topic.PAYERS)));
      indexer.catchUp().publishAll();

      PublishedIndex.assertEqual(late, tables);
      assertThat(late.of(Topic.PLACEMENTS)).hasSize(1);
    }
    assertThatTopicsEqualTables();
  }

  @ParameterizedTest
  @ValueSource(strings = {"30", "Sat, 21 Nov 2026 04:13:30 GMT"})
  void aNodeThatAsksForRestIsLeftAloneAsLongAsItSays(String retryAfter) {
    chain.block(CREATED);
    node.limitNext("eth_chainId", retryAfter);
    assertThat(indexer.turn()).isEqualTo(Turn.FAILED);
    List<String> calls = List.copyOf(node.calls());

    assertThat(indexer.turn()).isEqualTo(Turn.FAILED);
    assertThat(node.calls()).isEqualTo(calls);

    indexer.clock().move(Duration.ofSeconds(30));
    indexer.catchUp();
    assertThat(tables.rows("select id from data_sets")).containsExactly("fwss/12");
  }

  @Test
  void aClockThatWasAheadAndIsPutRightLeavesNoNodeAlone() {
    chain.block(CREATED);
    indexer.clock().move(Duration.ofDays(1));
    node.limitNext("eth_chainId", "30");
    assertThat(indexer.turn()).isEqualTo(Turn.FAILED);

    indexer.clock().move(Duration.ofDays(-1));

    indexer.catchUp();
    assertThat(tables.rows("select id from data_sets")).containsExactly("fwss/12");
  }

  @Test
  void anAnswerThatDoesNotFitIsAskedForInShorterRanges() {
    String large = "x".repeat(60_000);
    for (int i = 0; i < 40; i++) {
      chain.block(Contracts.pieceAdded(12, i, CID, Map.of("key" + i, large)));
    }
    chain.block(CREATED).finalUpTo(41);
    TestIndexer wide =
        new TestIndexer(
            tables.source(),
            producer,
            Contracts.network(node.url()),
            new io.filcdn.indexer.range.RangePlanner(new BlockNumber(0), 1000, 1000),
            1 << 20);
    try (wide) {
      for (int i = 0; i < 10; i++) {
        wide.turn();
      }
      wide.catchUp();
    }

    assertThat(tables.rows("select count(*) from pieces")).containsExactly("40");
  }

  private void rewindTo(long block) {
    indexer.operations().offer(new OperationQueue.Operation.Rewind(new BlockNumber(block)));
    indexer.turn();
  }

  private TestIndexer recheck() {
    indexer.clock().move(TestIndexer.RECHECKED_EVERY);
    return indexer;
  }
}
