package io.filcdn.retrieval.usage;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.filcdn.common.egress.CacheOutcome;
import io.filcdn.common.egress.EgressRecord;
import io.filcdn.common.egress.EgressRow;
import io.filcdn.common.egress.JournalId;
import io.filcdn.common.identity.EdgeKeyPair;
import io.filcdn.common.identity.SignedMessage;
import io.filcdn.common.kafka.RecordJson;
import io.filcdn.common.kafka.Topic;
import io.filcdn.common.lease.JournalEnd;
import io.filcdn.common.payment.DataSetId;
import io.filcdn.common.piece.ByteCount;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.LongStream;
import org.apache.kafka.clients.producer.MockProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.Cluster;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class JournalTest {

  private static final JournalId FIRST = new JournalId(new UUID(0, 1));
  private static final EdgeKeyPair PAIR = EdgeKeyPair.generate();
  private static final JournalId SECOND = new JournalId(new UUID(0, 2));

  @TempDir Path folder;

  @Test
  void sequencesAreDenseWithinAJournalAndPartition() throws Exception {
    try (Journal journal = open(FIRST)) {
      for (int flush = 0; flush < 5; flush++) {
        append(journal, rows(20), 3);
      }

      List<EgressRecord> sent = drain(journal);

      assertThat(sent).hasSize(15);
      for (int partition = 0; partition < 3; partition++) {
        int wanted = partition;
        assertThat(sent.stream().filter(record -> record.partition() == wanted))
            .extracting(EgressRecord::sequence)
            .containsExactly(1L, 2L, 3L, 4L, 5L);
      }
      assertThat(sent.stream().mapToLong(JournalTest::bytes).sum()).isEqualTo(5 * 20 * 7);
    }
  }

  @Test
  void whatAnEarlierRunLeftKeepsItsJournalAndGoesFirstInOrder() throws Exception {
    try (Journal journal = open(FIRST)) {
      append(journal, rows(1), 1);
      append(journal, rows(1), 1);
    }

    try (Journal journal = open(SECOND)) {
      append(journal, rows(1), 1);

      assertThat(journal.size()).isEqualTo(3);
      assertThat(drain(journal))
          .extracting(EgressRecord::journal, EgressRecord::sequence)
          .containsExactly(
              org.assertj.core.groups.Tuple.tuple(FIRST, 1L),
              org.assertj.core.groups.Tuple.tuple(SECOND, 1L),
              org.assertj.core.groups.Tuple.tuple(FIRST, 2L));
      assertThat(journal.size()).isZero();
    }
  }

  @Test
  void anEarlierRunIsCompleteOnceAllItLeftIsSent() throws Exception {
    try (Journal journal = open(FIRST)) {
      append(journal, rows(20), 2);
      append(journal, rows(20), 2);
      assertThat(journal.complete()).as("the run under way").isEmpty();
    }

    try (Journal journal = open(SECOND)) {
      assertThat(journal.complete()).as("something is left").isEmpty();
      assertThat(drain(journal)).hasSize(4);

      assertThat(journal.complete()).containsExactly(new JournalEnd(FIRST, Map.of(0, 2L, 1, 2L)));
      journal.forget(FIRST);
      assertThat(journal.complete()).isEmpty();
    }
  }

  @Test
  void aRunThatRecordedNothingIsCompleteToo() {
    open(FIRST).close();

    try (Journal journal = open(SECOND)) {
      assertThat(journal.complete()).containsExactly(new JournalEnd(FIRST, Map.of(0, 0L)));
      assertThat(journal.size()).isZero();
    }
  }

  @Test
  void rowsOfADataSetStayInOnePartition() throws Exception {
    try (Journal journal = open(FIRST)) {
      append(journal, rows(50), 4);
      append(journal, rows(50), 4);

      drain(journal).stream()
          .flatMap(
              record -> record.rows().stream().map(row -> row.dataSet() + "@" + record.partition()))
          .distinct()
          .collect(java.util.stream.Collectors.groupingBy(at -> at.replaceAll("@.*", "")))
          .values()
          .forEach(places -> assertThat(places).hasSize(1));
    }
  }

  @Test
  void manyRowsBecomeRecordsThatABrokerTakes() throws Exception {
    try (Journal journal = open(FIRST)) {
      append(journal, rows(4_500), 1);

      List<EgressRecord> sent = drain(journal);

      assertThat(sent)
          .extracting(record -> record.rows().size())
          .containsExactly(2_000, 2_000, 500);
      assertThat(RecordJson.write(sent.getFirst()).length()).isLessThan(1 << 20);
    }
  }

  @Test
  void aJournalAtItsBoundIsFullUntilKafkaTookSome() throws Exception {
    try (Journal journal = Journal.open(folder, FIRST, "edge", 2)) {
      append(journal, rows(1), 1);
      assertThat(journal.full()).isFalse();

      append(journal, rows(1), 1);
      assertThat(journal.full()).isTrue();

      drain(journal);
      assertThat(journal.full()).isFalse();
    }
  }

  private EdgeIdentity identity() throws IOException {
    Path key = Files.writeString(folder.resolve("edge.pem"), PAIR.privatePem());
    return new EdgeIdentity("edge", key, Clock.systemUTC());
  }

  @Test
  void theKeysFileIsReadAgainAndABrokenOneChangesNothing() throws Exception {
    EdgeIdentity identity = identity();
    byte[] message = SignedMessage.egress("record".getBytes(UTF_8));
    EdgeKeyPair next = EdgeKeyPair.generate();

    Files.writeString(folder.resolve("edge.pem"), next.privatePem().substring(0, 40));
    identity.reload();
    assertThat(PAIR.publicKey().signed(message, identity.sign("record"))).isTrue();
    Files.writeString(folder.resolve("edge.pem"), next.privatePem());
    identity.reload();

    assertThat(next.publicKey().signed(message, identity.sign("record"))).isTrue();
  }

  @Test
  void recordsGoToTheirStoredPartitionInOrderAndAreForgottenOnceAcknowledged() throws Exception {
    try (Journal journal = open(FIRST)) {
      append(journal, rows(20), 3);
      append(journal, rows(20), 3);
      MockProducer<String, String> kafka = kafka(true);

      boolean empty = new JournalShipper(journal, kafka, Optional.of(identity())).ship();

      assertThat(empty).isTrue();
      assertThat(journal.size()).isZero();
      for (ProducerRecord<String, String> record : kafka.history()) {
        EgressRecord egress = RecordJson.read(record.value(), EgressRecord.class);
        assertThat(record.topic()).isEqualTo(Topic.EGRESS.topicName());
        assertThat(record.key()).isEqualTo(FIRST.toString());
        assertThat(record.partition()).isEqualTo(egress.partition());
        String signature =
            new String(record.headers().lastHeader("filcdn-signature").value(), UTF_8);
        assertThat(
                PAIR.publicKey()
                    .signed(SignedMessage.egress(record.value().getBytes(UTF_8)), signature))
            .isTrue();
      }
      assertThat(kafka.history().stream().filter(record -> record.partition() == 0))
          .extracting(record -> RecordJson.read(record.value(), EgressRecord.class).sequence())
          .containsExactlyElementsOf(LongStream.rangeClosed(1, 2).boxed().toList());
    }
  }

  @Test
  void afterAFailureNothingOvertakesTheRecordThatFailed() throws Exception {
    try (Journal journal = open(FIRST)) {
      append(journal, rows(1), 1);
      append(journal, rows(1), 1);
      MockProducer<String, String> kafka = kafka(true);
      kafka.sendException = new TimeoutException("no broker");

      assertThat(new JournalShipper(journal, kafka, Optional.of(identity())).ship()).isFalse();
      assertThat(journal.size()).isEqualTo(2);

      kafka.sendException = null;
      kafka.clear();
      assertThat(new JournalShipper(journal, kafka, Optional.of(identity())).ship()).isTrue();
      assertThat(kafka.history())
          .extracting(record -> RecordJson.read(record.value(), EgressRecord.class).sequence())
          .containsExactly(1L, 2L);
    }
  }

  @Test
  void rowsThatTheDiskRefusedAreWrittenOnceItTakesThem() throws Exception {
    try (Journal journal = open(FIRST)) {
      append(journal, rows(1), 1);
      Path away = folder.resolveSibling(folder.getFileName() + "-away");
      Files.move(folder, away);
      long written = 1;
      // more than is gathered in memory: a file must be made, and cannot be
      while (takes(journal, rows(2_000)) && written < 200) {
        written++;
      }
      assertThat(takes(journal, rows(2_000))).isFalse();

      Files.move(away, folder);

      await().atMost(Duration.ofSeconds(30)).until(() -> takes(journal, rows(1)));
      assertThat(drain(journal))
          .extracting(EgressRecord::sequence)
          .containsExactlyElementsOf(LongStream.rangeClosed(1, written + 1).boxed().toList());
      assertThat(journal.size()).isZero();
    }
  }

  private static boolean takes(Journal journal, List<EgressRow> rows) {
    try {
      append(journal, rows, 1);
      return true;
    } catch (IllegalStateException e) {
      return false;
    }
  }

  private Journal open(JournalId id) {
    return Journal.open(folder, id, "edge", 1_000);
  }

  private static void append(Journal journal, List<EgressRow> rows, int partitions) {
    journal.append(rows, partitions, Instant.EPOCH, Instant.EPOCH.plusSeconds(1));
  }

  /** Takes all records in the order in which they may be sent. */
  private static List<EgressRecord> drain(Journal journal) throws Exception {
    List<EgressRecord> records = new ArrayList<>();
    for (var heads = journal.heads(p -> true); !heads.isEmpty(); heads = journal.heads(p -> true)) {
      for (Journal.Unsent head : heads) {
        records.add(RecordJson.read(head.value(), EgressRecord.class));
        journal.sent(head);
      }
    }
    return records;
  }

  private static List<EgressRow> rows(int count) {
    return LongStream.range(0, count)
        .<EgressRow>mapToObj(
            i ->
                new EgressRow.Egress(
                    DataSetId.of("fwss/" + i),
                    CacheOutcome.HIT,
                    "2xx",
                    "ZZ",
                    1,
                    new ByteCount(7),
                    Optional.empty()))
        .toList();
  }

  private static long bytes(EgressRecord record) {
    return record.rows().stream()
        .mapToLong(row -> ((EgressRow.Egress) row).egressBytes().bytes())
        .sum();
  }

  private static MockProducer<String, String> kafka(boolean acknowledges) {
    Node node = new Node(1, "localhost", 1);
    List<PartitionInfo> partitions = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      partitions.add(
          new PartitionInfo(
              Topic.EGRESS.topicName(), i, node, new Node[] {node}, new Node[] {node}));
    }
    return new MockProducer<>(
        new Cluster("test", List.of(node), partitions, java.util.Set.of(), java.util.Set.of()),
        acknowledges,
        null,
        new StringSerializer(),
        new StringSerializer());
  }
}
