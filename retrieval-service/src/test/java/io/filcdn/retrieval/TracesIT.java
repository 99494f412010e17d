package io.filcdn.retrieval;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.filcdn.common.chain.Address;
import io.filcdn.common.kafka.Topic;
import io.filcdn.common.payment.DataSetId;
import io.filcdn.common.usage.QuotaRecord;
import io.filcdn.retrieval.usage.LeaseServer;
import io.filcdn.testing.infra.Infra;
import io.filcdn.testing.tracing.OtlpReceiver;
import io.filcdn.testing.tracing.ReceivedSpan;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** What an edge tells a collector of traces, metrics and Kafka of a request that is traced. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class TracesIT {

  private static final Address PAYER = Address.of("0x" + "aa".repeat(20));
  private static final DataSetId DATA_SET = DataSetId.of("fwss/1");
  private static final String TRACE = "4bf92f3577b34da6a3ce929d0e0e4736";
  private static final Duration SOON = Duration.ofSeconds(60);

  private final Infra infra = Infra.start();
  private OtlpReceiver collector;
  private LeaseServer metrics;
  private TestIndex index;
  private TestProvider provider;
  private EdgeProcess edge;

  @BeforeAll
  void open(@TempDir Path folder) throws IOException {
    collector = OtlpReceiver.start();
    metrics = new LeaseServer();
    metrics.grant(DATA_SET, QuotaRecord.Kind.CDN, 1_000_000);
    metrics.grant(DATA_SET, QuotaRecord.Kind.CACHE_MISS, 1_000_000);
    index = new TestIndex(infra.kafka());
    provider = new TestProvider();
    index.provider("fwss/1", provider.url()).dataSet("fwss/1", PAYER, "fwss/1");
    Map<String, String> settings = new HashMap<>(collector.settings());
    settings.put("filcdn.retrieval.leases.url", metrics.uri().toString());
    settings.put("filcdn.retrieval.identity.key", metrics.key(folder).toString());
    edge =
        new EdgeProcess(infra.kafka(), Files.createDirectories(folder.resolve("data")), settings);
    edge.awaitReady();
  }

  @AfterAll
  void close() {
    edge.close();
    provider.close();
    index.close();
    metrics.close();
    collector.close();
    infra.close();
  }

  private Optional<ReceivedSpan> span(long kind, String name) {
    return collector.spans(TRACE).stream()
        .filter(span -> span.kind() == kind && span.name().contains(name))
        .findFirst();
  }

  private ReceivedSpan awaitSpan(long kind, String name) {
    await("%d %s".formatted(kind, name)).atMost(SOON).until(() -> span(kind, name).isPresent());
    return span(kind, name).orElseThrow();
  }

  @Test
  void aRequestsTraceGoesOnInFetchAndKafka() throws Exception {
    TestPiece piece = TestPiece.random(1_000, 1);
    provider.with(piece);
    edge.awaitPlaced(index.place(piece, PAYER, "fwss/1"));

    EdgeClient.Answer answer =
        edge.client()
            .send(
                "GET",
                PAYER + ".localhost",
                "/" + piece.cid() + "?filename=secret-of-a-query",
                "traceparent: 00-" + TRACE + "-00f067aa0ba902b7-00");

    assertThat(answer.body()).isEqualTo(piece.bytes());
    ReceivedSpan request = awaitSpan(2, "GET");
    assertThat(request.parentId()).isEqualTo("00f067aa0ba902b7");
    assertThat(request.service()).isEqualTo("filcdn-retrieval");
    ReceivedSpan fetch = awaitSpan(3, "GET");
    assertThat(fetch.parentId()).isEqualTo(request.spanId());
    assertThat(fetch.attributes().get("url.full"))
        .isEqualTo(provider.url() + "/piece/" + piece.cid());
    ReceivedSpan egress = awaitSpan(4, "send filcdn.egress");
    assertThat(egress.parentId()).isEqualTo(request.spanId());
    awaitRecord(Topic.EGRESS, egress);
    awaitRecord(Topic.RETRIEVALS, request);
    assertThat(collector.spans().toString()).doesNotContain("secret-of-a-query");
  }

  @Test
  void theCallForALeaseIsInTheTraceOfTheRequestThatWaitsForIt() throws Exception {
    TestPiece piece = TestPiece.random(1_000, 2);
    provider.with(piece);
    // who asks whether it is there is the first to need a lease
    edge.awaitPlaced(index.place(piece, PAYER, "fwss/1"));

    await()
        .atMost(SOON)
        .until(
            () ->
                collector.spans().stream()
                    .filter(span -> span.name().equals("POST /internal/v1/leases"))
                    .anyMatch(this::isOfARequestAndTold));
  }

  private boolean isOfARequestAndTold(ReceivedSpan lease) {
    boolean isOfARequest =
        collector.spans(lease.traceId()).stream()
            .anyMatch(span -> span.kind() == 2 && span.spanId().equals(lease.parentId()));
    return isOfARequest
        && metrics.traces().contains("00-%s-%s-01".formatted(lease.traceId(), lease.spanId()));
  }

  /** Waits for a record that says that it comes of a span of the request's trace. */
  private void awaitRecord(Topic topic, ReceivedSpan span) {
    String told = "00-" + TRACE + "-" + span.spanId() + "-01";
    try (KafkaConsumer<String, String> consumer =
        new KafkaConsumer<>(
            Map.of("bootstrap.servers", infra.kafka().bootstrapServers()),
            new StringDeserializer(),
            new StringDeserializer())) {
      List<TopicPartition> partitions =
          consumer.partitionsFor(topic.topicName()).stream()
              .map(each -> new TopicPartition(each.topic(), each.partition()))
              .toList();
      consumer.assign(partitions);
      consumer.seekToBeginning(partitions);
      List<String> found = new ArrayList<>();
      await(topic.topicName())
          .atMost(SOON)
          .until(
              () -> {
                consumer
                    .poll(Duration.ofMillis(100))
                    .forEach(
                        record ->
                            record
                                .headers()
                                .headers("traceparent")
                                .forEach(h -> found.add(new String(h.value(), UTF_8))));
                return found.contains(told);
              });
    }
  }
}
