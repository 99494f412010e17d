package io.filcdn.retrieval.usage;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.filcdn.common.identity.SignedMessage;
import io.filcdn.common.kafka.Topic;
import io.filcdn.service.kafka.TraceHeaders;
import io.filcdn.service.tracing.Tracing;
import io.opentelemetry.api.trace.SpanKind;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.serialization.StringSerializer;
import org.jboss.logging.Logger;

/**
 * The shipper of the journal to {@code filcdn.egress}. Within a journal and partition the next
 * record leaves only after Kafka has acknowledged the one before, so that the order of sequences
 * holds whatever fails; a record is forgotten only after its acknowledgement, so it can arrive
 * twice, never not at all.
 */
public final class JournalShipper implements AutoCloseable {

  private static final Logger LOG = Logger.getLogger(JournalShipper.class);

  private final Journal journal;
  private final Producer<String, String> producer;
  private final Optional<EdgeIdentity> identity;

  @GuardedBy("this")
  private int knownPartitions = 1;

  /**
   * @param identity that signs each record as it is sent, whichever key it had when the record was
   *     written; without one nothing is signed, and nothing counts
   */
  public JournalShipper(
      Journal journal, Map<String, Object> kafka, Optional<EdgeIdentity> identity) {
    this(journal, producer(kafka), identity);
  }

  JournalShipper(
      Journal journal, Producer<String, String> producer, Optional<EdgeIdentity> identity) {
    this.journal = journal;
    this.producer = producer;
    this.identity = identity;
  }

  private static Producer<String, String> producer(Map<String, Object> kafka) {
    Map<String, Object> config = new HashMap<>(kafka);
    config.put(ProducerConfig.CLIENT_ID_CONFIG, "filcdn-egress");
    config.put(ProducerConfig.ACKS_CONFIG, "all");
    config.put(ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG, true);
    config.put(ProducerConfig.COMPRESSION_TYPE_CONFIG, "gzip");
    config.put(ProducerConfig.BUFFER_MEMORY_CONFIG, 8L << 20);
    config.put(ProducerConfig.MAX_REQUEST_SIZE_CONFIG, 4 << 20);
    config.put(ProducerConfig.MAX_BLOCK_MS_CONFIG, 5_000);
    config.put(ProducerConfig.REQUEST_TIMEOUT_MS_CONFIG, 5_000);
    config.put(ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, 15_000);
    return new KafkaProducer<>(config, new StringSerializer(), new StringSerializer());
  }

  /**
   * The number of partitions that the topic has; the last answer while Kafka does not answer, one
   * before the first.
   */
  public synchronized int partitions() {
    return knownPartitions;
  }

  /** Asks Kafka how many partitions there are. Blocks for seconds at most. */
  public void refreshPartitions() {
    try {
      int found = producer.partitionsFor(Topic.EGRESS.topicName()).size();
      synchronized (this) {
        knownPartitions = Math.max(knownPartitions, found);
      }
    } catch (KafkaException e) {
      LOG.warnf("Kafka does not say how many partitions %s has: %s", Topic.EGRESS.topicName(), e);
    }
  }

  /**
   * Sends until nothing is left or nothing gets through. Blocks meanwhile.
   *
   * @return whether the journal is empty
   */
  public boolean ship() {
    return Tracing.within(
        "send " + Topic.EGRESS.topicName(),
        SpanKind.PRODUCER,
        journal.traces().take(),
        this::shipAll);
  }

  private boolean shipAll() {
    Set<Integer> stuck = new HashSet<>();
    while (true) {
      List<Journal.Unsent> heads = journal.heads(partition -> !stuck.contains(partition));
      if (heads.isEmpty()) {
        return stuck.isEmpty();
      }
      Map<Journal.Unsent, Future<RecordMetadata>> sending = new HashMap<>();
      for (Journal.Unsent record : heads) {
        try {
          sending.put(record, producer.send(kafkaRecord(record)));
        } catch (KafkaException e) {
          stuck.add(record.partition());
          LOG.warnf("egress of partition %d waits: %s", record.partition(), e);
        }
      }
      sending.forEach(
          (record, ack) -> {
            if (!acknowledged(record, ack)) {
              stuck.add(record.partition());
            }
          });
    }
  }

  private boolean acknowledged(Journal.Unsent record, Future<RecordMetadata> ack) {
    try {
      ack.get();
      journal.sent(record);
      return true;
    } catch (ExecutionException e) {
      LOG.warnf(
          "egress %s/%d/%d waits: %s",
          record.journal(), record.partition(), record.sequence(), e.getCause());
    } catch (IllegalStateException e) {
      LOG.errorf(e, "the journal cannot forget a record that Kafka has; it will be sent again");
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    return false;
  }

  private ProducerRecord<String, String> kafkaRecord(Journal.Unsent record) {
    ProducerRecord<String, String> sent =
        new ProducerRecord<>(
            Topic.EGRESS.topicName(),
            record.partition(),
            record.journal().toString(),
            record.value());
    identity.ifPresent(
        signer ->
            sent.headers()
                .add(SignedMessage.EGRESS_HEADER, signer.sign(record.value()).getBytes(UTF_8)));
    TraceHeaders.write(sent, Tracing.current());
    return sent;
  }

  @Override
  public void close() {
    producer.close(Duration.ofSeconds(5));
  }
}
