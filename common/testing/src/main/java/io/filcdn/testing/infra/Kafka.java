package io.filcdn.testing.infra;

import io.filcdn.common.kafka.Topic;
import io.filcdn.testing.process.Await;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.common.acl.AclBinding;
import org.apache.kafka.common.config.TopicConfig;

/** A running Kafka broker. */
public sealed interface Kafka extends AutoCloseable permits EmbeddedKafka, ContainerKafka {

  /** The address where clients find it: {@code host:port}. */
  String bootstrapServers();

  /**
   * The settings that an administrator's clients need besides that: none, where it is open to all.
   */
  default Map<String, Object> adminLogin() {
    return Map.of();
  }

  private Admin admin() {
    Map<String, Object> settings = new HashMap<>(adminLogin());
    settings.put("bootstrap.servers", bootstrapServers());
    return Admin.create(settings);
  }

  /** Adds rules about who may do what. */
  default void allow(List<AclBinding> rules) {
    try (Admin admin = admin()) {
      admin.createAcls(rules).all().get();
    } catch (ExecutionException e) {
      throw new IllegalStateException("Kafka runs, but its rules cannot be made", e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while rules were made", e);
    }
  }

  /**
   * Creates what is missing of {@link Topic}, each as its policy says.
   *
   * @param partitions of each topic
   */
  default void createTopics(int partitions) {
    try (Admin admin = admin()) {
      var present = admin.listTopics().names().get();
      List<NewTopic> missing =
          Arrays.stream(Topic.values())
              .filter(topic -> !present.contains(topic.topicName()))
              .map(topic -> settings(topic, partitions))
              .toList();
      admin.createTopics(missing).all().get();
      List<String> all = Arrays.stream(Topic.values()).map(Topic::topicName).toList();
      if (!Await.until(Duration.ofMinutes(1), () -> areKnown(admin, all))) {
        throw new IllegalStateException("Kafka does not know the topics that it created: " + all);
      }
    } catch (ExecutionException e) {
      throw new IllegalStateException("Kafka runs, but its topics cannot be created", e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while topics were created", e);
    }
  }

  /** The broker tells of topics a moment after it has created them. */
  private static boolean areKnown(Admin admin, List<String> topics) {
    try {
      return admin.describeTopics(topics).allTopicNames().get().size() == topics.size();
    } catch (ExecutionException e) {
      return false;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  private static NewTopic settings(Topic topic, int partitions) {
    Map<String, String> configs = new HashMap<>();
    configs.put(TopicConfig.CLEANUP_POLICY_CONFIG, topic.compacted() ? "compact" : "delete");
    topic
        .retention()
        .ifPresent(
            kept -> configs.put(TopicConfig.RETENTION_MS_CONFIG, Long.toString(kept.toMillis())));
    return new NewTopic(topic.topicName(), partitions, (short) 1).configs(configs);
  }

  @Override
  void close();
}
