package io.filcdn.indexer;

import io.filcdn.common.chain.Address;
import io.filcdn.common.index.DataSetRecord;
import io.filcdn.common.index.PlacementKey;
import io.filcdn.common.kafka.RecordJson;
import io.filcdn.common.kafka.Topic;
import io.filcdn.common.piece.PieceCid;
import io.filcdn.indexer.fake.Contracts;
import io.filcdn.indexer.fake.FakeChain;
import io.filcdn.indexer.fake.FakeNode;
import io.filcdn.indexer.fake.FakePieces;
import io.filcdn.testing.infra.Infra;
import org.apache.kafka.clients.producer.Producer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;

/**
 * A test with a chain in memory, one node that follows it, and an indexer on a real Postgres and
 * Kafka that takes its turns when the test says so.
 */
@SuppressWarnings("NullAway.Init")
abstract class FakeChainTest {

  static final Address PAYER = Contracts.numbered(5);
  static final Address OTHER_PAYER = Contracts.numbered(6);
  static final PieceCid CID = FakePieces.numbered(1);
  static final PieceCid OTHER_CID = FakePieces.numbered(2);

  static Infra infra;
  static Producer<String, String> producer;

  FakeChain chain;
  FakeNode node;
  Tables tables;
  Topics topics;
  TestIndexer indexer;

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
  void start() {
    chain = new FakeChain().block();
    node = FakeNode.start(chain);
    tables = Tables.fresh(infra.postgres().jdbcUrl("indexer"));
    topics = Topics.from(infra.kafka().bootstrapServers(), false);
    indexer = new TestIndexer(tables.source(), producer, node);
  }

  @AfterEach
  void stop() {
    indexer.close();
    topics.close();
    tables.close();
    node.close();
  }

  final DataSetRecord dataSet(String id) {
    return RecordJson.read(value(Topic.DATA_SETS, id), DataSetRecord.class);
  }

  final String value(Topic topic, String key) {
    return topics.value(topic, key);
  }

  static String placement(PieceCid cid, Address payer, long piece) {
    return PlacementKey.of(cid + "/" + payer + "/fwss/12/" + piece).toString();
  }

  final void assertThatTopicsEqualTables() {
    PublishedIndex.assertEqual(topics, tables);
  }
}
