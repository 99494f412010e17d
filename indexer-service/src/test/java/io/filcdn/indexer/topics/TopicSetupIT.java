package io.filcdn.indexer.topics;

import static io.filcdn.indexer.Patience.patiently;
import static org.assertj.core.api.Assertions.assertThat;

import io.filcdn.indexer.topics.TopicSetup.Wanted;
import io.filcdn.testing.infra.Infra;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.config.ConfigResource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TopicSetupIT {

  private static final PrintStream NOWHERE =
      new PrintStream(OutputStream.nullOutputStream(), true, StandardCharsets.UTF_8);

  @Test
  void createsWhatIsMissingGrowsWhatIsThereAndCanRunAgain() throws Exception {
    List<Wanted> wanted =
        List.of(
            new Wanted("setup.new", 3, (short) 1, Map.of("cleanup.policy", "compact")),
            new Wanted("setup.old", 4, (short) 1, Map.of("retention.ms", "86400000")),
            new Wanted("setup.larger", 1, (short) 1, Map.of("cleanup.policy", "delete")));

    try (Infra infra = Infra.start();
        Admin admin = Admin.create(Map.of("bootstrap.servers", infra.kafka().bootstrapServers()))) {
      admin
          .createTopics(
              List.of(
                  new NewTopic("setup.old", 2, (short) 1),
                  new NewTopic("setup.larger", 2, (short) 1)))
          .all()
          .get();
      awaitTopics(admin, "setup.old", "setup.larger");
      TopicSetup.apply(admin, wanted, NOWHERE);
      awaitTopics(admin, "setup.new");
      TopicSetup.apply(admin, wanted, NOWHERE);

      assertThat(partitions(admin, "setup.new")).isEqualTo(3);
      patiently().untilAsserted(() -> assertThat(partitions(admin, "setup.old")).isEqualTo(4));
      assertThat(partitions(admin, "setup.larger")).isEqualTo(2);
      assertThat(setting(admin, "setup.new", "cleanup.policy")).isEqualTo("compact");
      assertThat(setting(admin, "setup.old", "retention.ms")).isEqualTo("86400000");
    }
  }

  @Test
  void readsItsFileAndItsEnvironment(@TempDir Path folder) throws Exception {
    Path file =
        Files.writeString(
            folder.resolve("topics.json"),
            """
            [{"name": "filcdn.usage", "partitions": 12, "replicas": 3,
              "config": {"cleanup.policy": "compact"}}]
            """);

    assertThat(TopicSetup.read(file))
        .containsExactly(
            new Wanted("filcdn.usage", 12, (short) 3, Map.of("cleanup.policy", "compact")));
    assertThat(
            TopicSetup.settings(
                Map.of(
                    "KAFKA_BOOTSTRAP_SERVERS", "k:9092", "HOME", "/", "KAFKA_SASL_MECHANISM", "X")))
        .isEqualTo(Map.of("bootstrap.servers", "k:9092", "sasl.mechanism", "X"));
  }

  /** Brokers hear of new topics a little later than the one that made them. */
  private static void awaitTopics(Admin admin, String... topics) {
    patiently().until(() -> admin.listTopics().names().get().containsAll(List.of(topics)));
  }

  private static int partitions(Admin admin, String topic) throws Exception {
    Map<String, TopicDescription> found =
        admin.describeTopics(List.of(topic)).allTopicNames().get();
    return Objects.requireNonNull(found.get(topic)).partitions().size();
  }

  private static String setting(Admin admin, String topic, String key) throws Exception {
    ConfigResource resource = new ConfigResource(ConfigResource.Type.TOPIC, topic);
    Map<ConfigResource, Config> found = admin.describeConfigs(List.of(resource)).all().get();
    return Objects.requireNonNull(found.get(resource)).get(key).value();
  }
}
