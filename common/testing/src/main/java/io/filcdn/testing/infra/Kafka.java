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
    administer(admin -> admin.createAcls(rules).all().get());
  }

  /**
   * Creates what is missing of {@link Topic}, each as its policy says.
   *
   * @param partitions of each topic
   */
  default void createTopics(int partitions) {
    administer(
        admin -> {
          var present = admin.listTopics().names().get();
          List<NewTopic> missing =
              Arrays.stream(Topic.values())
                  .filter(topic -> !present.contains(topic.topicName()))
                  .map(topic -> settings(topic, partitions))
                  .toList();
          admin.createTopics(missing).all().get();
          List<String> all = Arrays.stream(Topic.values()).map(Topic::topicName).toList();
          await(
              () -> admin.describeTopics(all).allTopicNames().get().size() == all.size(),
              "know the topics that it created: " + all);
        });
  }

  /** Deletes all topics, with all that is in them. */
  default void deleteTopics() {
    administer(
        admin -> {
          admin.deleteTopics(admin.listTopics().names().get()).all().get();
          await(() -> admin.listTopics().names().get().isEmpty(), "forget its topics");
        });
  }

  /** A task of an administrator. */
  interface Task {
    void by(Admin admin) throws ExecutionException, InterruptedException;
  }

  private void administer(Task task) {
    try (Admin admin = admin()) {
      task.by(admin);
    } catch (ExecutionException e) {
      throw new IllegalStateException("Kafka runs, but refuses its administrator", e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while Kafka was administered", e);
    }
  }

  /** A condition that is asked of the broker; a failure is a no. */
  interface Condition {
    boolean isTrue() throws ExecutionException, InterruptedException;
  }

  /** The broker tells of changes a moment after it has made them. */
  private static void await(Condition condition, String what) {
    if (!Await.until(Duration.ofMinutes(1), () -> holds(condition))) {
      throw new IllegalStateException("Kafka does not " + what);
    }
  }

  private static boolean holds(Condition condition) {
    try {
      return condition.isTrue();
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
