package io.filcdn.indexer;

import static io.filcdn.testing.chain.Devnet.tokens;
import static io.filcdn.testing.chain.DevnetAccount.PAYEE;
import static io.filcdn.testing.chain.DevnetAccount.PAYER;
import static io.filcdn.testing.chain.DevnetAccount.PROVIDER;
import static org.assertj.core.api.Assertions.assertThat;

import io.filcdn.common.chain.Address;
import io.filcdn.common.chain.BlockNumber;
import io.filcdn.common.chain.Epoch;
import io.filcdn.common.index.DataSetRecord;
import io.filcdn.common.index.DataSetRecord.Rail;
import io.filcdn.common.index.ProviderRecord;
import io.filcdn.common.kafka.RecordJson;
import io.filcdn.common.kafka.Topic;
import io.filcdn.common.network.Network;
import io.filcdn.common.network.NetworkFile;
import io.filcdn.common.payment.RailId;
import io.filcdn.common.payment.TokenAmount;
import io.filcdn.common.piece.CommP;
import io.filcdn.common.piece.PieceCid;
import io.filcdn.indexer.admin.OperationQueue;
import io.filcdn.indexer.jobs.IndexingLoop;
import io.filcdn.indexer.range.RangePlanner;
import io.filcdn.testing.chain.Anvil;
import io.filcdn.testing.chain.Devnet;
import io.filcdn.testing.chain.DevnetContracts;
import io.filcdn.testing.chain.DevnetOperator;
import io.filcdn.testing.chain.DevnetOperator.Rollup;
import io.filcdn.testing.chain.DevnetPayer;
import io.filcdn.testing.chain.DevnetProvider;
import io.filcdn.testing.chain.DevnetReads;
import io.filcdn.testing.chain.Piece;
import io.filcdn.testing.infra.Infra;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.apache.kafka.clients.producer.Producer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The contracts on anvil, driven as people drive them, and the index that follows. */
@SuppressWarnings("NullAway.Init")
class DevnetIT {

  /** Finality stays 64 blocks behind, so that reorgs are shallower than it. */
  private static final int SLOTS = 32;

  private static final String URL = "https://pdp.example.net";
  private static final BigInteger RATE = DevnetContracts.RATE_PER_BYTE;

  private static Infra infra;
  private static Producer<String, String> producer;

  private Anvil anvil;
  private Devnet devnet;
  private DevnetProvider provider;
  private DevnetPayer payer;
  private DevnetOperator operator;
  private DevnetReads reads;
  private long dataSet;

  private Tables tables;
  private Topics topics;
  private TestIndexer indexer;

  @BeforeAll
  static void startInfrastructure() {
    infra = Infra.start();
    producer = TestIndexer.producer(infra.kafka().bootstrapServers());
  }

  @AfterAll
  static void stopInfrastructure() {
    producer.close();
    infra.close();
  }

  @BeforeEach
  void start() throws IOException {
    anvil =
        Anvil.start(
            Anvil.Options.inMemory(Path.of("target", "anvil", "indexer.log"))
                .withSlotsInAnEpoch(SLOTS));
    devnet = Devnet.on(anvil);
    provider = devnet.asProvider(PROVIDER);
    payer = devnet.asPayer(PAYER);
    operator = devnet.asOperator();
    reads = devnet.reads();
    provider.register(PAYEE.address(), URL);
    payer.prepare(tokens("100"));
    dataSet = provider.createDataSet(PAYER.address(), true);

    tables = Tables.fresh(infra.postgres().jdbcUrl("indexer"));
    topics = Topics.from(infra.kafka().bootstrapServers(), false);
    indexer =
        new TestIndexer(
            tables.source(), producer, network(), new RangePlanner(new BlockNumber(0), 1000, 60));
  }

  @AfterEach
  void stop() {
    indexer.close();
    topics.close();
    tables.close();
    devnet.close();
    anvil.close();
  }

  @Test
  void theIndexHoldsWhatTheContractsDid() {
    provider.addPieces(dataSet, List.of(piece(1), piece(2)));
    payer.topUp(dataSet, tokens("1"), tokens("2"));
    operator.report(3, Rollup.of(dataSet, 1000, 10));
    operator.settleCdn(dataSet);
    operator.settleCacheMiss(dataSet);
    operator.report(4, Rollup.of(dataSet, 7, 1));

    follow();

    DevnetReads.DataSet onChain = reads.dataSet(dataSet);
    DataSetRecord indexed = dataSet();
    assertThat(indexed.payer()).isEqualTo(Address.of(PAYER.address()));
    assertThat(indexed.payee()).isEqualTo(Address.of(PAYEE.address()));
    assertThat(indexed.withCdn()).isTrue();
    assertThat(indexed.pdpRail()).contains(living(onChain.pdpRailId()));
    assertThat(indexed.cdnRail()).contains(living(onChain.cdnRailId()));
    assertThat(indexed.cacheMissRail()).contains(living(onChain.cacheMissRailId()));
    // what was paid in is what the rails still hold, and what was settled
    assertThat(toppedUpCdn(indexed).units())
        .isEqualTo(
            reads.rail(onChain.cdnRailId()).lockupFixed().add(indexed.settled().cdn().units()));
    assertThat(indexed.settled().cdn()).isEqualTo(paid(1000));
    assertThat(indexed.settled().cacheMiss()).isEqualTo(paid(10));
    assertThat(indexed.reported().cdnBytes().bytes()).isEqualTo(1007);
    assertThat(indexed.reported().cacheMissBytes().bytes()).isEqualTo(11);
    assertThat(indexed.lastReportedEpoch())
        .contains(new Epoch(reads.owedUsage(dataSet).maxReportedEpoch()));
    assertThat(topics.of(Topic.PLACEMENTS)).hasSize(2);
    assertThat(
            RecordJson.read(topics.value(Topic.PROVIDERS, "fwss/1"), ProviderRecord.class)
                .serviceUrl())
        .contains(URL);
    PublishedIndex.assertEqual(topics, tables);
  }

  @Test
  void endsAreAsTheChainSaysThem() {
    provider.addPieces(dataSet, List.of(piece(1), piece(2)));
    long other = provider.createDataSet(PAYER.address(), true);
    operator.terminateCdn(dataSet);
    payer.terminateRail(reads.dataSet(other).cdnRailId());
    provider.terminateService(other);
    provider.removePieces(dataSet, List.of(0L));
    provider.updateServiceUrl("https://moved.example.net");

    follow();

    DevnetReads.DataSet onChain = reads.dataSet(dataSet);
    assertThat(dataSet().withCdn()).isFalse();
    assertThat(dataSet().cdnRail().flatMap(Rail::endEpoch))
        .contains(
            new Epoch(reads.rail(dataSet().cdnRail().orElseThrow().railId().number()).endEpoch()));
    DataSetRecord ended = dataSet("fwss/" + other);
    assertThat(ended.withCdn()).isTrue();
    assertThat(ended.cdnRail().flatMap(Rail::endEpoch))
        .contains(new Epoch(reads.rail(reads.dataSet(other).cdnRailId()).endEpoch()));
    assertThat(ended.pdpRail().flatMap(Rail::endEpoch))
        .contains(new Epoch(reads.dataSet(other).pdpEndEpoch()));
    assertThat(onChain.id()).isEqualTo(dataSet);
    assertThat(tables.rows("select piece_id from pieces")).containsExactly("1");
    assertThat(tables.rows("select service_url from providers"))
        .containsExactly("https://moved.example.net");
    PublishedIndex.assertEqual(topics, tables);
  }

  @Test
  void aReorgOnAnvilTakesBackWhatItForgot() {
    provider.addPieces(dataSet, List.of(piece(1)));
    follow();
    payer.topUp(dataSet, tokens("1"), tokens("1"));
    provider.addPieces(dataSet, List.of(piece(2)));
    long other = provider.createDataSet(PAYER.address(), true);
    follow();
    assertThat(topics.of(Topic.PLACEMENTS)).hasSize(2);
    assertThat(topics.of(Topic.DATA_SETS)).hasSize(2);

    anvil.reorg(3);
    follow();

    assertThat(topics.of(Topic.PLACEMENTS)).hasSize(1);
    assertThat(topics.of(Topic.DATA_SETS)).containsOnlyKeys("fwss/" + dataSet);
    assertThat(toppedUpCdn(dataSet()).units())
        .isEqualTo(reads.rail(reads.dataSet(dataSet).cdnRailId()).lockupFixed());

    provider.addPieces(dataSet, List.of(piece(3)));
    follow();

    assertThat(topics.of(Topic.PLACEMENTS)).hasSize(2);
    assertThat(provider.createDataSet(PAYER.address(), true)).isEqualTo(other);
    PublishedIndex.assertEqual(topics, tables);
  }

  @Test
  void whatIsFinalOnAnvilIsFinalInTheIndex() {
    follow();
    assertThat(dataSet().topUps().cdnFinal()).isEqualTo(TokenAmount.ZERO);

    anvil.mine(2L * SLOTS);
    follow();

    assertThat(dataSet().topUps().cdnUnfinal()).isEqualTo(TokenAmount.ZERO);
    assertThat(dataSet().topUps().cdnFinal().units())
        .isEqualTo(reads.rail(reads.dataSet(dataSet).cdnRailId()).lockupFixed());
  }

  @Test
  void aReorgBelowFinalityHaltsUntilAnOperatorRewinds() {
    long before = devnet.epoch();
    payer.topUp(dataSet, tokens("1"), tokens("1"));
    anvil.mine(2L * SLOTS + 2);
    follow();
    long depth = devnet.epoch() - before;

    anvil.reorg((int) depth);
    anvil.mine(1);
    assertThat(indexer.turn()).isEqualTo(IndexingLoop.Turn.HALTED);

    indexer.operations().offer(new OperationQueue.Operation.Rewind(new BlockNumber(before)));
    follow();
    assertThat(toppedUpCdn(dataSet()).units())
        .isEqualTo(reads.rail(reads.dataSet(dataSet).cdnRailId()).lockupFixed());
    PublishedIndex.assertEqual(topics, tables);
  }

  private void follow() {
    indexer.catchUp().publishAll();
  }

  private DataSetRecord dataSet() {
    return dataSet("fwss/" + dataSet);
  }

  private DataSetRecord dataSet(String id) {
    return RecordJson.read(topics.value(Topic.DATA_SETS, id), DataSetRecord.class);
  }

  private static TokenAmount toppedUpCdn(DataSetRecord record) {
    return record.topUps().cdnFinal().plus(record.topUps().cdnUnfinal());
  }

  private static TokenAmount paid(long bytes) {
    return new TokenAmount(RATE.multiply(BigInteger.valueOf(bytes)));
  }

  private static Rail living(long id) {
    return new Rail(new RailId(id), Optional.empty());
  }

  /** A piece whose bytes nobody has. */
  private static Piece piece(long number) {
    CommP root = new CommP(number, number, number, 1);
    return Piece.of(
        new PieceCid(root, PieceCid.MIN_HEIGHT + 5, PieceCid.capacity(PieceCid.MIN_HEIGHT + 5))
            .bytes());
  }

  private Network network() throws IOException {
    String file = Files.readString(Path.of("..", "deploy", "networks", "devnet.json"));
    return NetworkFile.parse("devnet", file.replace("http://127.0.0.1:8406", anvil.rpcUrl()));
  }
}
