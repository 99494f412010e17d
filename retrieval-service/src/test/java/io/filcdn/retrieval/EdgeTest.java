package io.filcdn.retrieval;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.filcdn.common.chain.Address;
import io.filcdn.common.egress.EgressRow;
import io.filcdn.common.index.PlacementRecord;
import io.filcdn.retrieval.EdgeClient.Answer;
import io.filcdn.retrieval.bytes.ByteRange;
import io.filcdn.retrieval.bytes.ByteRanges;
import io.filcdn.retrieval.usage.Quota;
import io.filcdn.testing.infra.Infra;
import io.filcdn.testing.infra.Kafka;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/**
 * An edge with a real Kafka and two providers. Each test takes payers, data sets and pieces of its
 * own from here, so that none sees what another did.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class EdgeTest {

  private static final AtomicLong NUMBERS = new AtomicLong(1_000);

  private @Nullable Infra infra;
  Path folder;
  Kafka kafka;
  TestIndex index;
  TestEdge edge;
  TestProvider provider;
  TestProvider secondProvider;

  /** What this class configures. */
  Map<String, String> settings() {
    return Map.of();
  }

  /** What may be spent. */
  Quota quota() {
    return Quota.UNLIMITED;
  }

  /** The Kafka of this class. */
  Kafka openKafka() {
    Infra started = Infra.start();
    infra = started;
    return started.kafka();
  }

  /** Ends what {@link #openKafka} began. */
  void closeKafka() {
    if (infra != null) {
      infra.close();
    }
  }

  @BeforeAll
  void open(@TempDir Path temporary) throws Exception {
    folder = temporary;
    kafka = openKafka();
    index = new TestIndex(kafka);
    edge = new TestEdge(kafka, folder.resolve("edge"), quota(), settings());
    provider = new TestProvider();
    secondProvider = new TestProvider();
    index.provider("fwss/1", provider.url()).provider("fwss/2", secondProvider.url());
  }

  @AfterAll
  void close() throws Exception {
    edge.close();
    index.close();
    closeKafka();
    provider.close();
    secondProvider.close();
  }

  /** A payer with one data set at the first provider and one at the second. */
  record Payer(Address address, String dataSet, String secondDataSet) {}

  Payer newPayer() {
    long number = NUMBERS.incrementAndGet();
    Payer payer =
        new Payer(
            Address.of("0x%040x".formatted(number)),
            "fwss/" + 2 * number,
            "fwss/" + (2 * number + 1));
    index.dataSet(payer.dataSet(), payer.address(), "fwss/1");
    index.dataSet(payer.secondDataSet(), payer.address(), "fwss/2");
    return payer;
  }

  TestPiece newPiece(int size) {
    return TestPiece.random(size, NUMBERS.incrementAndGet());
  }

  /** True where a request for all of the piece would make the edge fetch. */
  boolean isCold(TestPiece piece) {
    return edge.edge()
        .cache()
        .isCold(piece.cid(), List.of(), ByteRanges.of(new ByteRange(0, piece.cid().rawSize())));
  }

  /** A piece that the first provider has, in the payer's data set there. */
  TestPiece placed(Payer payer, int size) throws IOException {
    TestPiece piece = newPiece(size);
    provider.with(piece);
    place(piece, payer.address(), payer.dataSet());
    return piece;
  }

  /** A piece that both providers have, in both data sets. */
  TestPiece placedTwice(Payer payer, int size) throws IOException {
    TestPiece piece = placed(payer, size);
    secondProvider.with(piece);
    place(piece, payer.address(), payer.secondDataSet());
    return piece;
  }

  PlacementRecord place(TestPiece piece, Address payer, String dataSet) {
    PlacementRecord placement = index.place(piece, payer, dataSet);
    awaitPlaced(placement);
    return placement;
  }

  void awaitPlaced(PlacementRecord placement) {
    await().atMost(Duration.ofSeconds(20)).until(() -> edge.isPlaced(placement));
  }

  Answer get(Payer payer, TestPiece piece, String... headers) throws IOException {
    return edge.client().get(payer.address(), "/" + piece.cid(), headers);
  }

  Answer head(Payer payer, TestPiece piece, String... headers) throws IOException {
    return edge.client().send("HEAD", payer.address() + ".localhost", "/" + piece.cid(), headers);
  }

  EdgeClient.Exchange begin(Payer payer, TestPiece piece, String... headers) throws IOException {
    return edge.client().begin("GET", payer.address() + ".localhost", "/" + piece.cid(), headers);
  }

  /** Waits until what was served for a payer is told of, and compares. */
  void assertBilled(Payer payer, long egressBytes, long fillBytes) {
    await()
        .atMost(Duration.ofSeconds(20))
        .untilAsserted(
            () ->
                assertThat(List.of(egressBytes(payer), fillBytes(payer)))
                    .as("egress and fill bytes")
                    .isEqualTo(List.of(egressBytes, fillBytes)));
  }

  static void assertRefused(Answer answer, int status, String code) {
    assertThat(answer.header("X-Error-Code")).isEqualTo(code);
    assertThat(answer.status()).isEqualTo(status);
    assertThat(answer.header("Cache-Control")).isEqualTo("no-store");
  }

  /** All rows that edges told of a data set so far. */
  <T extends EgressRow> List<T> rows(String dataSet, Class<T> type) {
    return index.egress().stream()
        .flatMap(record -> record.rows().stream())
        .filter(row -> row.dataSet().toString().equals(dataSet))
        .filter(type::isInstance)
        .map(type::cast)
        .toList();
  }

  long egressBytes(Payer payer) {
    return java.util.stream.Stream.of(payer.dataSet(), payer.secondDataSet())
        .flatMap(dataSet -> rows(dataSet, EgressRow.Egress.class).stream())
        .mapToLong(row -> row.egressBytes().bytes())
        .sum();
  }

  long fillBytes(Payer payer) {
    return fillBytes(payer.dataSet()) + fillBytes(payer.secondDataSet());
  }

  long fillBytes(String dataSet) {
    return rows(dataSet, EgressRow.Fill.class).stream()
        .mapToLong(row -> row.fillBytes().bytes())
        .sum();
  }

  long unbilledBytes(Payer payer) {
    return java.util.stream.Stream.of(payer.dataSet(), payer.secondDataSet())
        .flatMap(dataSet -> rows(dataSet, EgressRow.Unbilled.class).stream())
        .mapToLong(row -> row.unbilledBytes().bytes())
        .sum();
  }

  /** How many retrievals ended, billed or not. */
  long retrievals(Payer payer) {
    return java.util.stream.Stream.of(payer.dataSet(), payer.secondDataSet())
        .flatMap(dataSet -> rows(dataSet, EgressRow.class).stream())
        .mapToLong(
            row ->
                switch (row) {
                  case EgressRow.Egress egress -> egress.requests();
                  case EgressRow.Unbilled unbilled -> unbilled.requests();
                  case EgressRow.Fill fill -> 0;
                })
        .sum();
  }
}
