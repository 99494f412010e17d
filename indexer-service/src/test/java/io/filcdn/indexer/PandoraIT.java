package io.filcdn.indexer;

import static org.assertj.core.api.Assertions.assertThat;

import io.filcdn.common.chain.Address;
import io.filcdn.common.chain.BlockNumber;
import io.filcdn.common.index.DataSetRecord;
import io.filcdn.common.index.PlacementRecord;
import io.filcdn.common.index.ProviderRecord;
import io.filcdn.common.kafka.RecordJson;
import io.filcdn.common.kafka.Topic;
import io.filcdn.common.payment.ProviderId;
import io.filcdn.common.payment.RailId;
import io.filcdn.common.piece.CommP;
import io.filcdn.indexer.admin.OperationQueue;
import io.filcdn.indexer.fake.Contracts;
import io.filcdn.indexer.fake.PandoraContracts;
import io.filcdn.indexer.jobs.IndexingLoop;
import io.filcdn.indexer.range.RangePlanner;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The generation before FWSS, whose events do not tell all: contracts are asked for the rest. */
@SuppressWarnings("NullAway.Init")
class PandoraIT extends FakeChainTest {

  private static final Address PROVIDER = Contracts.numbered(0x900);
  private static final CommP ROOT = CID.commP();

  private TestIndexer pandora;

  @BeforeEach
  void startPandora() {
    pandora =
        new TestIndexer(
            tables.source(),
            producer,
            PandoraContracts.network(node.url()),
            new RangePlanner(new BlockNumber(0), 10, 4));
    node.answerCall(
        PandoraContracts.cidCall("getRootCid", 12, 0),
        PandoraContracts.cidAnswer(PandoraContracts.cidV1(ROOT)));
  }

  @AfterEach
  void stopPandora() {
    pandora.close();
  }

  @Test
  void aProofSetWithARootIsADataSetWithAPieceOfVersionOne() {
    chain
        .block(PandoraContracts.proofSetRailCreated(12, 5, PAYER, PROVIDER, true))
        .block(PandoraContracts.rootsAdded(12, 0))
        .block(PandoraContracts.proofSetRailCreated(13, 6, PAYER, PROVIDER, false));

    pandora.catchUp().publishAll();

    DataSetRecord dataSet = record(Topic.DATA_SETS, "pandora/12", DataSetRecord.class);
    assertThat(dataSet.withCdn()).isTrue();
    assertThat(dataSet.provider()).isEqualTo(ProviderId.pandora(PROVIDER));
    assertThat(dataSet.pdpRail().orElseThrow().railId()).isEqualTo(new RailId(5));
    assertThat(dataSet.cdnRail()).isEmpty();
    assertThat(record(Topic.DATA_SETS, "pandora/13", DataSetRecord.class).withCdn()).isFalse();
    PlacementRecord placement =
        RecordJson.read(
            topics.of(Topic.PLACEMENTS).values().iterator().next(), PlacementRecord.class);
    assertThat(placement.pieceCid()).isEqualTo(ROOT);
    assertThatTopicsEqualTables();
  }

  @Test
  void theVersionOfJulyHasThreeRails() {
    node.answerCall(
        PandoraContracts.cidCall("getPieceCid", 14, 3), PandoraContracts.cidAnswer(CID.bytes()));
    chain.block(
        PandoraContracts.dataSetRailsCreated(14, PAYER, PROVIDER),
        PandoraContracts.piecesAdded(14, 3),
        PandoraContracts.storageProviderChanged(14, PROVIDER, Contracts.numbered(0x901)),
        Contracts.railTerminated(143, 900));

    pandora.catchUp().publishAll();

    DataSetRecord dataSet = record(Topic.DATA_SETS, "pandora/14", DataSetRecord.class);
    assertThat(dataSet.cdnRail().orElseThrow().endEpoch().orElseThrow().value()).isEqualTo(900);
    assertThat(dataSet.provider()).isEqualTo(ProviderId.pandora(Contracts.numbered(0x901)));
    assertThat(topics.of(Topic.PLACEMENTS)).hasSize(1);
  }

  @Test
  void whatTheContractAnsweredIsKeptInTheLogSoThatTheFoldStaysTheSame() {
    chain
        .block(PandoraContracts.proofSetRailCreated(12, 5, PAYER, PROVIDER, true))
        .block(PandoraContracts.rootsAdded(12, 0))
        .blocks(2);
    pandora.catchUp().publishAll();
    Map<String, ?> before = tables.content();

    node.forgetCalls();
    pandora
        .operations()
        .offer(
            new OperationQueue.Operation.Republish(
                java.util.Set.of(Topic.PLACEMENTS, Topic.DATA_SETS)));
    pandora.catchUp().publishAll();

    assertThat(tables.content()).isEqualTo(before);
    assertThat(topics.of(Topic.PLACEMENTS)).hasSize(1);
  }

  @Test
  void aRootThatIsGoneWhenItIsAskedForIsNowhere() {
    node.answerCall(
        PandoraContracts.cidCall("getRootCid", 12, 1), PandoraContracts.cidAnswer(new byte[0]));
    chain
        .block(
            PandoraContracts.proofSetRailCreated(12, 5, PAYER, PROVIDER, true),
            PandoraContracts.rootsAdded(12, 0, 1, 2))
        .block(PandoraContracts.rootsRemoved(12, 1, 2), PandoraContracts.rootsAdded(99, 5));
    pandora.catchUp().publishAll();
    assertThat(topics.of(Topic.PLACEMENTS)).hasSize(1);
    assertThat(tables.rows("select count(*) from undecodable_logs")).containsExactly("0");

    chain.block(PandoraContracts.proofSetDeleted(12));
    pandora.catchUp().publishAll();
    assertThat(topics.of(Topic.PLACEMENTS)).isEmpty();
    assertThatTopicsEqualTables();
  }

  @Test
  void aCallThatFailsIsNoAnswer() {
    chain.block(
        PandoraContracts.proofSetRailCreated(12, 5, PAYER, PROVIDER, true),
        PandoraContracts.rootsAdded(12, 0));
    node.failNext("eth_call", 503, "");

    assertThat(pandora.turn()).isEqualTo(IndexingLoop.Turn.FAILED);
    pandora.catchUp().publishAll();

    assertThat(topics.of(Topic.PLACEMENTS)).hasSize(1);
  }

  @Test
  void anApprovedProviderServesWhereTheContractSays() {
    Address second = Contracts.numbered(0x901);
    Address gone = Contracts.numbered(0x902);
    node.answerCall(
            PandoraContracts.providerCall(1),
            PandoraContracts.providerAnswer(
                PROVIDER, "https://pdp.example", "https://retrieve.example"))
        .answerCall(
            PandoraContracts.providerCall(2),
            PandoraContracts.providerAnswerV2(second, "https://service.example"));
    chain
        .block(
            PandoraContracts.providerApproved(PROVIDER, 1),
            PandoraContracts.providerApproved(second, 2),
            PandoraContracts.providerApproved(gone, 3))
        .block(PandoraContracts.providerRemoved(second, 2));

    pandora.catchUp().publishAll();

    assertThat(provider(PROVIDER).serviceUrl()).contains("https://retrieve.example");
    assertThat(provider(PROVIDER).removed()).isFalse();
    assertThat(provider(second).serviceUrl()).contains("https://service.example");
    assertThat(provider(second).removed()).isTrue();
    assertThat(provider(gone).serviceUrl()).isEmpty();
  }

  private ProviderRecord provider(Address address) {
    return record(Topic.PROVIDERS, "pandora/" + address, ProviderRecord.class);
  }

  private <T> T record(Topic topic, String key, Class<T> type) {
    return RecordJson.read(value(topic, key), type);
  }
}
