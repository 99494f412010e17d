package io.filcdn.indexer.topics;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.AlterConfigOp.OpType;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.NewPartitions;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.InvalidPartitionsException;
import org.apache.kafka.common.errors.TopicExistsException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;

/**
 * A program that makes Kafka's topics what a file says: it creates those that are missing, adds
 * partitions and sets settings. It removes nothing, and can run again at any time. The Helm chart
 * runs it before each install and upgrade.
 */
final class TopicSetup {

  private static final String PREFIX = "KAFKA_";
  private static final int ATTEMPTS = 10;

  private TopicSetup() {}

  /** One entry of the file. */
  record Wanted(String name, int partitions, short replicas, Map<String, String> config) {}

  static void main(String[] arguments) throws IOException, InterruptedException {
    try (Admin admin = Admin.create(settings(System.getenv()))) {
      apply(admin, read(Path.of(arguments[0])), System.out);
    } catch (ExecutionException e) {
      System.err.println("the topics cannot be set up: " + e.getCause());
      System.exit(1);
    }
  }

  static List<Wanted> read(Path file) throws IOException {
    return new ObjectMapper().readValue(file.toFile(), new TypeReference<>() {});
  }

  /** The settings in variables named {@code KAFKA_…}, in the way of Quarkus. */
  static Map<String, Object> settings(Map<String, String> environment) {
    return environment.entrySet().stream()
        .filter(variable -> variable.getKey().startsWith(PREFIX))
        .collect(
            Collectors.toMap(
                variable ->
                    variable
                        .getKey()
                        .substring(PREFIX.length())
                        .replace('_', '.')
                        .toLowerCase(Locale.ROOT),
                Map.Entry::getValue));
  }

  static void apply(Admin admin, List<Wanted> topics, PrintStream out)
      throws ExecutionException, InterruptedException {
    List<Wanted> old = new ArrayList<>();
    Map<String, KafkaFuture<Void>> creations =
        admin.createTopics(topics.stream().map(TopicSetup::created).toList()).values();
    for (Wanted topic : topics) {
      if (isCreated(Objects.requireNonNull(creations.get(topic.name())))) {
        out.printf("%s: created%n", topic.name());
      } else {
        old.add(topic);
      }
    }
    addPartitions(admin, old, out, ATTEMPTS);
    admin
        .incrementalAlterConfigs(
            old.stream().collect(Collectors.toMap(TopicSetup::resource, TopicSetup::changes)))
        .all()
        .get();
  }

  /**
   * True where it was, false where it had been there before: a list of what is there can be a
   * little old.
   */
  private static boolean isCreated(KafkaFuture<Void> creation)
      throws ExecutionException, InterruptedException {
    try {
      creation.get();
      return true;
    } catch (ExecutionException e) {
      if (e.getCause() instanceof TopicExistsException) {
        return false;
      }
      throw e;
    }
  }

  private static NewTopic created(Wanted topic) {
    return new NewTopic(topic.name(), topic.partitions(), topic.replicas()).configs(topic.config());
  }

  /** Tries again where a broker had not heard yet of what another did a moment ago. */
  private static void addPartitions(Admin admin, List<Wanted> topics, PrintStream out, int attempts)
      throws ExecutionException, InterruptedException {
    try {
      addPartitions(admin, topics, out);
    } catch (ExecutionException e) {
      boolean stale =
          e.getCause() instanceof InvalidPartitionsException
              || e.getCause() instanceof UnknownTopicOrPartitionException;
      if (!stale || attempts == 1) {
        throw e;
      }
      TimeUnit.SECONDS.sleep(1);
      addPartitions(admin, topics, out, attempts - 1);
    }
  }

  private static void addPartitions(Admin admin, List<Wanted> topics, PrintStream out)
      throws ExecutionException, InterruptedException {
    Map<String, TopicDescription> found =
        admin.describeTopics(topics.stream().map(Wanted::name).toList()).allTopicNames().get();
    Map<String, NewPartitions> growing = new HashMap<>();
    for (Wanted topic : topics) {
      TopicDescription description = found.get(topic.name());
      int partitions = description == null ? 0 : description.partitions().size();
      if (partitions < topic.partitions()) {
        growing.put(topic.name(), NewPartitions.increaseTo(topic.partitions()));
      }
      out.printf(
          "%s: has %d partitions, %d are wanted%n", topic.name(), partitions, topic.partitions());
    }
    admin.createPartitions(growing).all().get();
  }

  private static ConfigResource resource(Wanted topic) {
    return new ConfigResource(ConfigResource.Type.TOPIC, topic.name());
  }

  private static List<AlterConfigOp> changes(Wanted topic) {
    return topic.config().entrySet().stream()
        .map(entry -> new ConfigEntry(entry.getKey(), entry.getValue()))
        .map(entry -> new AlterConfigOp(entry, OpType.SET))
        .toList();
  }
}
