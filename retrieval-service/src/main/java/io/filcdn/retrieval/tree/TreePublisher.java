package io.filcdn.retrieval.tree;

import io.filcdn.common.kafka.RecordJson;
import io.filcdn.common.kafka.Topic;
import io.filcdn.common.piece.PieceCid;
import io.filcdn.common.proof.PieceTree;
import io.filcdn.common.proof.TreeRecord;
import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.serialization.StringSerializer;
import org.jboss.logging.Logger;

/**
 * A publisher that tells other edges of the trees that were computed here, each at least once: it
 * is forgotten only when Kafka has it. For one thread.
 */
public final class TreePublisher implements AutoCloseable {

  private static final Logger LOG = Logger.getLogger(TreePublisher.class);

  /** The trees that are sent at once; together at most some MiB. */
  private static final int AT_ONCE = 50;

  private final TreeStore store;
  private final Producer<String, String> producer;

  public TreePublisher(TreeStore store, Map<String, Object> kafka) {
    this.store = store;
    this.producer = producer(kafka);
  }

  private static Producer<String, String> producer(Map<String, Object> kafka) {
    Map<String, Object> settings = new HashMap<>(kafka);
    settings.put("client.id", "filcdn-trees");
    settings.put("acks", "all");
    settings.put("buffer.memory", 16L << 20);
    settings.put("max.block.ms", 2_000);
    settings.put("delivery.timeout.ms", 5_000);
    settings.put("request.timeout.ms", 4_000);
    return new KafkaProducer<>(settings, new StringSerializer(), new StringSerializer());
  }

  /** Tells all that is to be told; what Kafka does not take is told the next time. */
  public void publish() {
    List<PieceTree> untold = store.untold(AT_ONCE);
    try {
      while (!untold.isEmpty()) {
        send(untold);
        untold = store.untold(AT_ONCE);
      }
    } catch (ExecutionException | KafkaException | IllegalStateException e) {
      LOG.warnf("trees are told to others later: %s", e.getMessage());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void send(List<PieceTree> trees) throws InterruptedException, ExecutionException {
    Map<PieceCid, Future<RecordMetadata>> sent = new LinkedHashMap<>();
    for (PieceTree tree : trees) {
      TreeRecord record = TreeRecord.of(tree);
      Future<RecordMetadata> acknowledgement =
          producer.send(
              new ProducerRecord<>(
                  Topic.TREES.topicName(), record.key(), RecordJson.write(record)));
      if (acknowledgement.isDone()) {
        // without a broker each send blocks before it fails: one is enough to know
        acknowledgement.get();
      }
      sent.put(tree.piece(), acknowledgement);
    }
    for (Map.Entry<PieceCid, Future<RecordMetadata>> each : sent.entrySet()) {
      each.getValue().get();
      store.told(each.getKey());
    }
  }

  @Override
  public void close() {
    producer.close(Duration.ofSeconds(2));
  }
}
