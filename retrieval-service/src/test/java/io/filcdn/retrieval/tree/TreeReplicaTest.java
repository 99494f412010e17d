package io.filcdn.retrieval.tree;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.filcdn.common.kafka.RecordJson;
import io.filcdn.common.kafka.Topic;
import io.filcdn.common.proof.PieceTree;
import io.filcdn.common.proof.TreeRecord;
import io.filcdn.retrieval.follow.ReplicaFollower;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.MockConsumer;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TreeReplicaTest {

  private static final String NAME = Topic.TREES.topicName();
  private static final TopicPartition PARTITION = new TopicPartition(NAME, 0);

  private final MockConsumer<String, String> consumer = new MockConsumer<>("none");

  private long offset;

  private void tell(@Nullable String value) {
    consumer.addRecord(new ConsumerRecord<>(NAME, 0, offset++, "key", value));
  }

  @Test
  void wrongTreesArePassedOver(@TempDir Path folder) throws Exception {
    PieceTree right = TreeStoreTest.tree(3_000_000, 1);
    PieceTree other = TreeStoreTest.tree(3_000_000, 2);
    byte[] flipped = other.bytes();
    flipped[40] ^= 1;
    Node node = new Node(0, "here", 1);
    Node[] nodes = {node};
    consumer.updatePartitions(NAME, List.of(new PartitionInfo(NAME, 0, node, nodes, nodes)));
    consumer.updateBeginningOffsets(Map.of(PARTITION, 0L));
    consumer.updateEndOffsets(Map.of(PARTITION, 0L));
    try (TreeStore store = TreeStore.open(folder, Long.MAX_VALUE)) {
      ReplicaFollower follower =
          new ReplicaFollower(
              TreeStore.FEED, store, consumer, Clock.systemUTC(), Duration.ofHours(1));
      consumer.schedulePollTask(
          () -> {
            tell("no JSON");
            tell(null);
            tell(RecordJson.write(new TreeRecord(other.piece(), "no base64 !")));
            String hashes = Base64.getEncoder().encodeToString(flipped);
            tell(RecordJson.write(new TreeRecord(other.piece(), hashes)));
            String ofRight = Base64.getEncoder().encodeToString(right.bytes());
            tell(RecordJson.write(new TreeRecord(other.piece(), ofRight)));
            tell(RecordJson.write(TreeRecord.of(right)));
          });
      Thread following = Thread.ofPlatform().start(follower);

      await()
          .atMost(Duration.ofSeconds(20))
          .untilAsserted(() -> assertThat(store.offsets()).isEqualTo(Map.of(PARTITION, 6L)));
      assertThat(store.find(right.piece())).contains(right);
      assertThat(store.find(other.piece())).isEmpty();
      follower.close();
      following.join();
    }
  }
}
