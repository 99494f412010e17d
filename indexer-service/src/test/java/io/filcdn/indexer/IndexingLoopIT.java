package io.filcdn.indexer;

import static io.filcdn.indexer.Patience.patiently;
import static io.filcdn.indexer.fake.Contracts.OPERATOR;
import static org.assertj.core.api.Assertions.assertThat;

import io.filcdn.common.index.DataSetRecord;
import io.filcdn.common.index.ProviderRecord;
import io.filcdn.common.kafka.RecordJson;
import io.filcdn.common.kafka.Topic;
import io.filcdn.common.payment.TokenAmount;
import io.filcdn.common.piece.ByteCount;
import io.filcdn.indexer.fake.Contracts;
import io.filcdn.indexer.fake.FakeChain;
import io.filcdn.indexer.fake.FakeNode;
import io.filcdn.indexer.health.Progress;
import io.filcdn.indexer.jobs.IndexingLoop.Turn;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The path from a node to Postgres and Kafka, turn by turn. */
class IndexingLoopIT extends FakeChainTest {

  @Test
  void aDataSetWithAPieceReachesTablesAndTopics() {
    chain
        .block(Contracts.productAdded(3, "https://pdp.example.net"))
        .block(
            Contracts.toppedUp(12, 70, 30),
            Contracts.dataSetCreated(12, 3, PAYER),
            Contracts.pieceAdded(12, 7, CID, Map.of("key", "nul \0 and é")));

    indexer.catchUp().publishAll();

    assertThat(tables.rows("select block_number, block_hash from cursor"))
        .containsExactly("2 " + chain.head().hash());
    DataSetRecord dataSet = dataSet("fwss/12");
    assertThat(dataSet.payer()).isEqualTo(PAYER);
    assertThat(dataSet.withCdn()).isTrue();
    assertThat(dataSet.topUps().cdnUnfinal()).isEqualTo(TokenAmount.of(70));
    assertThat(topics.of(Topic.PLACEMENTS)).containsOnlyKeys(placement(CID, PAYER, 7));
    assertThat(topics.of(Topic.PLACEMENTS).values().iterator().next())
        .contains("nul \\u0000 and é");
    assertThat(topics.of(Topic.PAYERS)).containsOnlyKeys(PAYER.hex());
    assertThat(RecordJson.read(value(Topic.PROVIDERS, "fwss/3"), ProviderRecord.class).serviceUrl())
        .contains("https://pdp.example.net");
    assertThatTopicsEqualTables();
  }

  @Test
  void anIndexThatWasRestoredFromABackupTellsOfHigherVersionsThanItEverDid() {
    chain.block(Contracts.dataSetCreated(12, 3, PAYER));
    indexer.catchUp().publishAll();
    long told = dataSet("fwss/12").asOf().version();
    indexer.close();
    assertThat(tables.rows("select setval('index_version', 1)")).hasSize(1);

    indexer = new TestIndexer(tables.source(), producer, node);
    chain.block(Contracts.toppedUp(12, 70, 30));
    patiently()
        .until(
            () -> {
              indexer.turn();
              return indexer.progress().now().state() != Progress.State.STANDBY;
            });
    indexer.catchUp().publishAll();

    assertThat(dataSet("fwss/12").topUps().cdnUnfinal()).isEqualTo(TokenAmount.of(70));
    assertThat(dataSet("fwss/12").asOf().version()).isGreaterThan(told);
    assertThatTopicsEqualTables();
  }

  @Test
  void aRemovedPieceAndADeletedDataSetLeaveTombstones() {
    chain
        .block(
            Contracts.dataSetCreated(12, 3, PAYER),
            Contracts.pieceAdded(12, 7, CID),
            Contracts.pieceAdded(12, 8, OTHER_CID),
            Contracts.dataSetCreated(13, 3, PAYER),
            Contracts.pieceAdded(13, 1, CID))
        .block(Contracts.piecesRemoved(12, 8));
    indexer.catchUp().publishAll();
    assertThat(topics.of(Topic.PLACEMENTS)).hasSize(2);

    chain.block(Contracts.dataSetDeleted(12)).block(Contracts.dataSetAbandoned(13));
    indexer.catchUp().publishAll();

    assertThat(topics.of(Topic.PLACEMENTS)).isEmpty();
    assertThat(dataSet("fwss/12").deleted()).isTrue();
    assertThat(dataSet("fwss/12").withCdn()).isFalse();
    assertThat(dataSet("fwss/13").deleted()).isTrue();
    assertThatTopicsEqualTables();
  }

  @Test
  void whatFwssNeverCreatedIsIgnored() {
    chain
        .block(
            Contracts.railTerminated(123, 900),
            Contracts.dataSetDeleted(12),
            Contracts.piecesRemoved(12, 7),
            Contracts.otherProductAdded(3, "https://other.example"))
        .block(Contracts.dataSetCreated(12, 3, PAYER), Contracts.pieceAdded(12, 7, CID))
        .block(Contracts.railTerminated(999, 900), Contracts.possessionProven(12));

    indexer.catchUp().publishAll();

    assertThat(dataSet("fwss/12").cdnRail().orElseThrow().endEpoch()).isEmpty();
    assertThat(dataSet("fwss/12").deleted()).isFalse();
    assertThat(topics.of(Topic.PLACEMENTS)).hasSize(1);
    assertThat(topics.of(Topic.PROVIDERS)).isEmpty();
    assertThat(tables.rows("select count(*) from events")).containsExactly("2");
    assertThat(indexer.metric("filcdn.indexer.unknown.logs")).isEqualTo(1);
  }

  @Test
  void anEndOfARailIsFoundByTheRailAlone() {
    chain.block(Contracts.dataSetCreated(12, 3, PAYER));
    indexer.catchUp();

    chain.block(Contracts.railTerminated(123, 900)).block(Contracts.railFinalized(122));
    indexer.catchUp().publishAll();

    assertThat(dataSet("fwss/12").cdnRail().orElseThrow().endEpoch().orElseThrow().value())
        .isEqualTo(900);
    assertThat(dataSet("fwss/12").cacheMissRail().orElseThrow().endEpoch().orElseThrow().value())
        .isEqualTo(3);
    assertThat(tables.rows("select rail_id, data_set, kind, end_epoch from rails order by 1"))
        .containsExactly("121 fwss/12 pdp -", "122 fwss/12 cacheMiss 3", "123 fwss/12 cdn 900");
  }

  @Test
  void topUpsAndReportsBecomeFinalWithTheirBlock() {
    chain
        .blocks(21)
        .block(Contracts.toppedUp(12, 70, 30), Contracts.dataSetCreated(12, 3, PAYER))
        .block(Contracts.usageReported(OPERATOR, 12, 1, 20, 1000, 10));
    indexer.catchUp().publishAll();
    assertThat(dataSet("fwss/12").topUps().cdnFinal()).isEqualTo(TokenAmount.ZERO);

    chain.finalUpTo(22);
    indexer.catchUp().publishAll();

    assertThat(dataSet("fwss/12").topUps().cdnFinal()).isEqualTo(TokenAmount.of(70));
    assertThat(dataSet("fwss/12").topUps().cdnUnfinal()).isEqualTo(TokenAmount.ZERO);
    assertThat(dataSet("fwss/12").reported().cdnBytesUnfinal()).isEqualTo(ByteCount.of(1000));
    assertThat(tables.rows("select min(number), max(number) from blocks")).containsExactly("22 23");

    chain.block().finalUpTo(24);
    indexer.catchUp().publishAll();

    assertThat(dataSet("fwss/12").reported().cdnBytesFinal()).isEqualTo(ByteCount.of(1000));
    assertThat(tables.rows("select data_set, operator, to_epoch, cdn_bytes from reports"))
        .containsExactly("fwss/12 " + OPERATOR + " 20 1000");
    assertThatTopicsEqualTables();
  }

  @Test
  void aReorgTakesBackWhatItOrphanedAndAddsWhatCameInstead() {
    chain
        .block(Contracts.dataSetCreated(12, 3, PAYER))
        .block(Contracts.pieceAdded(12, 7, CID), Contracts.toppedUp(12, 5, 5))
        .block(Contracts.dataSetCreated(13, 3, OTHER_PAYER), Contracts.productAdded(4, "https://x"))
        .block(Contracts.pieceAdded(13, 1, CID));
    indexer.catchUp().publishAll();
    assertThat(topics.of(Topic.PAYERS)).hasSize(2);

    chain.reorg(3).block(Contracts.pieceAdded(12, 7, OTHER_CID)).blocks(3);
    indexer.catchUp().publishAll();

    assertThat(topics.of(Topic.PLACEMENTS)).containsOnlyKeys(placement(OTHER_CID, PAYER, 7));
    assertThat(topics.of(Topic.DATA_SETS)).containsOnlyKeys("fwss/12");
    assertThat(topics.of(Topic.PAYERS)).containsOnlyKeys(PAYER.hex());
    assertThat(topics.of(Topic.PROVIDERS)).isEmpty();
    assertThat(dataSet("fwss/12").topUps().cdnUnfinal()).isEqualTo(TokenAmount.ZERO);
    assertThat(indexer.metric("filcdn.indexer.reorg.depth.blocks")).isEqualTo(1);
    assertThatTopicsEqualTables();
  }

  @Test
  void aReorgThereAndBackLeavesTheIndexAsItWas() {
    chain
        .block(Contracts.toppedUp(12, 70, 30), Contracts.dataSetCreated(12, 3, PAYER))
        .block(Contracts.pieceAdded(12, 7, CID));
    indexer.catchUp().publishAll();
    FakeChain.State before = chain.state();
    Map<String, ?> content = tables.content();

    chain.reorg(2).block(Contracts.dataSetCreated(12, 4, OTHER_PAYER)).blocks(1);
    indexer.catchUp().publishAll();
    assertThat(dataSet("fwss/12").payer()).isEqualTo(OTHER_PAYER);

    chain.restore(before);
    indexer.catchUp().publishAll();

    assertThat(tables.content()).isEqualTo(content);
    assertThat(topics.of(Topic.PLACEMENTS)).containsOnlyKeys(placement(CID, PAYER, 7));
    assertThatTopicsEqualTables();
  }

  @Test
  void aReorgOfEverythingBeginsAnew() {
    chain.block(Contracts.dataSetCreated(12, 3, PAYER));
    indexer.catchUp();

    chain.reorg(2).block(Contracts.dataSetCreated(14, 3, PAYER)).blocks(1);
    indexer.catchUp().publishAll();

    assertThat(topics.of(Topic.DATA_SETS)).containsOnlyKeys("fwss/14");
    assertThatTopicsEqualTables();
  }

  @Test
  void aReorgBeyondFinalityStopsTheIndexWithAnAlarm() {
    chain.block(Contracts.dataSetCreated(12, 3, PAYER)).blocks(3).finalUpTo(3);
    indexer.catchUp();
    Map<String, ?> before = tables.content();

    chain.reorg(3).blocks(5);

    assertThat(indexer.turn()).isEqualTo(Turn.HALTED);
    assertThat(indexer.progress().now().state()).isEqualTo(Progress.State.HALTED);
    assertThat(indexer.progress().now().detail().orElseThrow())
        .startsWith("expected the final block 3 to be 0x");
    assertThat(indexer.metric("filcdn.indexer.halted")).isEqualTo(1);
    assertThat(tables.content()).isEqualTo(before);
  }

  @Test
  void aNodeThatIsBehindTheIndexProvesNothing() {
    chain.block(Contracts.dataSetCreated(12, 3, PAYER)).blocks(4).finalUpTo(4);
    indexer.catchUp();
    Map<String, ?> before = tables.content();
    FakeChain.State ahead = chain.state();

    chain.reorg(3);
    indexer.catchUp();
    assertThat(tables.content()).isEqualTo(before);

    chain.restore(ahead).block(Contracts.pieceAdded(12, 7, CID));
    indexer.catchUp().publishAll();
    assertThat(topics.of(Topic.PLACEMENTS)).hasSize(1);
  }

  @Test
  void aForkThatIsShorterIsFoundAtOnce() {
    chain.block(Contracts.dataSetCreated(12, 3, PAYER)).blocks(4);
    indexer.catchUp();

    chain.reorg(5).block(Contracts.dataSetCreated(14, 3, PAYER));
    indexer.catchUp().publishAll();

    assertThat(topics.of(Topic.DATA_SETS)).containsOnlyKeys("fwss/14");
    assertThatTopicsEqualTables();
  }

  @ParameterizedTest
  @EnumSource(FakeNode.NullRound.class)
  void nullRoundsAreSteppedOver(FakeNode.NullRound how) {
    node.tellNullRounds(how).refuseRangesAbove(3);
    chain
        .nullRound()
        .nullRound()
        .block(Contracts.dataSetCreated(12, 3, PAYER))
        .nullRound()
        .block()
        .finalUpTo(3);
    indexer.catchUp();
    chain.nullRound().block(Contracts.pieceAdded(12, 7, CID)).nullRound();
    indexer.catchUp();

    // the block that stood here becomes a null round
    chain.reorg(2).nullRound().block(Contracts.pieceAdded(12, 8, OTHER_CID));
    indexer.catchUp().publishAll();

    assertThat(topics.of(Topic.PLACEMENTS)).containsOnlyKeys(placement(OTHER_CID, PAYER, 8));
    assertThatTopicsEqualTables();
  }

  @Test
  void aRefusedRangeIsHalvedUntilItIsAnswered() {
    chain.blocks(30).block(Contracts.dataSetCreated(12, 3, PAYER)).finalUpTo(31);
    node.refuseRangesAbove(3);

    indexer.catchUp().publishAll();

    assertThat(topics.of(Topic.DATA_SETS)).hasSize(1);
    assertThat(tables.rows("select block_number from cursor")).containsExactly("31");
  }

  @Test
  void theNextNodeIsAskedWhereOneFailsOrFollowsAnotherChain() {
    FakeChain wrong = new FakeChain().blocks(50);
    try (FakeNode stranger = FakeNode.start(wrong).onChain(1);
        FakeNode second = FakeNode.start(chain);
        TestIndexer two = new TestIndexer(tables.source(), producer, stranger, node, second)) {
      chain.block(Contracts.dataSetCreated(12, 3, PAYER));
      node.failNext("eth_getLogs", 429, "").dropNext("eth_getBlockByNumber");

      two.catchUp().publishAll();

      assertThat(topics.of(Topic.DATA_SETS)).hasSize(1);
      assertThat(stranger.calls()).containsOnly("eth_chainId");
      assertThat(second.calls()).contains("eth_getLogs");
    }
  }

  @Test
  void whileAllNodesFailTheIndexWaits() {
    chain.block(Contracts.dataSetCreated(12, 3, PAYER));
    node.failNext("eth_chainId", 502, "");
    assertThat(indexer.turn()).isEqualTo(Turn.FAILED);
    assertThat(indexer.progress().now().state()).isEqualTo(Progress.State.FAILING);
    assertThat(indexer.progress().now().detail().orElseThrow()).contains("eth_chainId");

    node.failNext("eth_getLogs", 200, "<html>not json</html>");
    assertThat(indexer.turn()).isEqualTo(Turn.FAILED);

    indexer.catchUp();
    assertThat(tables.rows("select id from data_sets")).containsExactly("fwss/12");
  }

  @Test
  void aChainThatMovesWhileItIsReadIsReadAgain() {
    chain.block(Contracts.dataSetCreated(12, 3, PAYER)).blocks(2);
    AtomicBoolean moved = new AtomicBoolean();
    node.beforeAnswer(
        method -> {
          if (method.equals("eth_getLogs") && moved.compareAndSet(false, true)) {
            chain.reorg(3).block(Contracts.dataSetCreated(14, 3, PAYER)).blocks(2);
          }
        });

    assertThat(indexer.turn()).isEqualTo(Turn.WAIT);
    assertThat(tables.rows("select * from cursor")).isEmpty();

    indexer.catchUp().publishAll();
    assertThat(topics.of(Topic.DATA_SETS)).containsOnlyKeys("fwss/14");
  }

  @Test
  void withoutATagFinalityIsADepth() {
    node.withoutTags();
    chain.blocks(20);

    indexer.catchUp();

    assertThat(tables.rows("select block_number, final_number from cursor"))
        .containsExactly("20 12");
  }

  @Test
  void anUndecodableLogIsKeptAsideWithAnAlarmUntilAReorgTakesItBack() {
    chain.block(
        Contracts.dataSetCreated(12, 3, PAYER),
        Contracts.broken(Contracts.pieceAdded(12, 7, CID)),
        Contracts.pieceAdded(12, 8, OTHER_CID));
    indexer.catchUp().publishAll();

    assertThat(topics.of(Topic.PLACEMENTS)).hasSize(1);
    assertThat(indexer.metric("filcdn.indexer.undecodable.logs")).isEqualTo(1);
    assertThat(
            tables.rows("select block_number, log_index, address, topics[1] from undecodable_logs"))
        .containsExactly(
            "1 1 "
                + Contracts.FWSS
                + " 0xe919e037e2ba38e953115496aafcfc43555ef39f79c2f5f996608a78628eabd7");

    chain.reorg(1).block();
    indexer.catchUp();
    assertThat(indexer.metric("filcdn.indexer.undecodable.logs")).isZero();
  }

  @Test
  void whatNoRealContractWritesIsSetAsideOrCutAndTheRestGoesOn() {
    chain.block(
        Contracts.dataSetCreated(12, 3, PAYER),
        Contracts.pieceAdded(12, 7, CID, Map.of("large", "x".repeat(1 << 20))),
        Contracts.pieceAdded(12, 8, OTHER_CID),
        Contracts.productAdded(3, "http://169.254.169.254/" + "y".repeat(5000)),
        Contracts.productAdded(4, "file:///etc/passwd\n"));

    indexer.catchUp().publishAll();

    assertThat(topics.of(Topic.PLACEMENTS)).containsOnlyKeys(placement(OTHER_CID, PAYER, 8));
    assertThat(tables.rows("select log_index, length(data) > 2000000 from undecodable_logs"))
        .containsExactly("1 t");
    assertThat(RecordJson.read(value(Topic.PROVIDERS, "fwss/3"), ProviderRecord.class).serviceUrl())
        .isEmpty();
    assertThat(RecordJson.read(value(Topic.PROVIDERS, "fwss/4"), ProviderRecord.class).serviceUrl())
        .isEmpty();
    assertThatTopicsEqualTables();
  }

  @Test
  void anIndexBuiltAnewTakesBackWhatTheLostOneHadPublished() {
    chain.block(Contracts.dataSetCreated(12, 3, PAYER), Contracts.pieceAdded(12, 7, CID));
    indexer.catchUp().publishAll();
    assertThat(topics.of(Topic.PLACEMENTS)).hasSize(1);
    indexer.close();

    chain.block(Contracts.piecesRemoved(12, 7)).blocks(3).finalUpTo(4);
    tables.close();
    tables = Tables.fresh(infra.postgres().jdbcUrl("indexer"));
    indexer = new TestIndexer(tables.source(), producer, node);
    indexer.catchUp().publishAll();

    assertThat(topics.of(Topic.PLACEMENTS)).isEmpty();
    assertThatTopicsEqualTables();
  }

  @Test
  void aRestartGoesOnWhereTheLastTransactionEnded() {
    chain.block(Contracts.dataSetCreated(12, 3, PAYER)).blocks(20).finalUpTo(20);
    indexer.turn();
    indexer.close();
    assertThat(tables.rows("select block_number from cursor")).containsExactly("9");

    chain.block(Contracts.pieceAdded(12, 7, CID));
    try (TestIndexer next = new TestIndexer(tables.source(), producer, node)) {
      patiently().until(() -> next.turn() == Turn.MORE);
      next.catchUp().publishAll();
    }

    assertThat(topics.of(Topic.PLACEMENTS)).hasSize(1);
    assertThatTopicsEqualTables();
  }

  @Test
  void oneProcessIndexesAndTheNextTakesOverWhenItEnds() {
    chain.block(Contracts.dataSetCreated(12, 3, PAYER));
    indexer.catchUp();
    try (TestIndexer standby = new TestIndexer(tables.source(), producer, node)) {
      assertThat(standby.turn()).isEqualTo(Turn.WAIT);
      assertThat(standby.progress().now().state()).isEqualTo(Progress.State.STANDBY);

      indexer.close();
      patiently()
          .until(
              () ->
                  standby.progress().now().state() == Progress.State.FOLLOWING
                      || standby.turn() == Turn.MORE);
      standby.catchUp();
    }
  }

  @Test
  void versionsGrowAcrossADatabaseBuiltAnew() {
    chain.block(Contracts.dataSetCreated(12, 3, PAYER));
    indexer.catchUp().publishAll();
    long before = dataSet("fwss/12").asOf().version();
    indexer.close();

    tables.close();
    tables = Tables.fresh(infra.postgres().jdbcUrl("indexer"));
    try (TestIndexer anew = new TestIndexer(tables.source(), producer, node)) {
      anew.catchUp().publishAll();
    }

    assertThat(dataSet("fwss/12").asOf().version()).isGreaterThan(before);
  }
}
