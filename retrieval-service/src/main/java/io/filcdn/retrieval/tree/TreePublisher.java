package io.filcdn.retrieval.tree;

import io.filcdn.common.kafka.RecordJson;
import io.filcdn.common.kafka.Topic;
import io.filcdn.common.proof.PieceTree;
import io.filcdn.common.proof.TreeRecord;
import io.filcdn.service.kafka.KafkaPublisher;
import io.filcdn.service.kafka.KafkaPublisher.NotPublishedException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.jboss.logging.Logger;

/**
 * A publisher that tells other edges of the trees that were computed here, each at least once: it
 * is forgotten only when Kafka has it. For one thread.
 */
public final class TreePublisher implements AutoCloseable {

  private static final Logger LOG = Logger.getLogger(TreePublisher.class);

  /** The trees that are sent at once; together at most some MiB. */
  private static final int AT_ONCE = 50;

  /** Short, as an edge that stops waits for it. */
  private static final Duration TIMEOUT = Duration.ofSeconds(4);

  private final TreeStore store;
  private final KafkaPublisher kafka;

  public TreePublisher(TreeStore store, Map<String, Object> kafka) {
    this.store = store;
    this.kafka = KafkaPublisher.to(kafka, "filcdn-trees", TIMEOUT);
  }

  /** Tells all that is to be told; what Kafka does not take is told the next time. */
  public void publish() {
    try {
      for (List<PieceTree> untold = store.untold(AT_ONCE);
          !untold.isEmpty();
          untold = store.untold(AT_ONCE)) {
        kafka.send(untold.stream().map(TreePublisher::record).toList());
        untold.forEach(tree -> store.told(tree.piece()));
      }
    } catch (NotPublishedException | IllegalStateException e) {
      LOG.warnf("trees are told to others later: %s", e.getMessage());
    }
  }

  private static ProducerRecord<String, String> record(PieceTree tree) {
    TreeRecord record = TreeRecord.of(tree);
    return new ProducerRecord<>(Topic.TREES.topicName(), record.key(), RecordJson.write(record));
  }

  @Override
  public void close() {
    kafka.close();
  }
}
