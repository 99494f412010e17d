package io.filcdn.indexer.topics;

import static io.filcdn.indexer.Patience.patiently;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.filcdn.common.kafka.Topic;
import io.filcdn.testing.infra.EmbeddedKafka;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.errors.SaslAuthenticationException;
import org.apache.kafka.common.errors.TopicAuthorizationException;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.yaml.snakeyaml.Yaml;

/** A broker as {@code deploy/compose} configures it, and the logins that its services have. */
class ComposeKafkaIT {

  private static final Path COMPOSE = Path.of("../deploy/compose");
  private static final Pattern VALUE = Pattern.compile("\\$\\{(\\w+)(?::[^}]*)?}");
  private static final PrintStream NOWHERE =
      new PrintStream(OutputStream.nullOutputStream(), true, StandardCharsets.UTF_8);

  private EmbeddedKafka kafka;

  @BeforeEach
  void open(@TempDir Path folder) throws Exception {
    Map<String, String> deployed =
        TopicSetup.settings(environment("kafka")).entrySet().stream()
            .collect(Collectors.toMap(Map.Entry::getKey, each -> each.getValue().toString()));
    kafka = EmbeddedKafka.start(folder, deployed, "BROKER", Map.of());
    try (Admin admin = Admin.create(client("topics"))) {
      TopicSetup.apply(admin, TopicSetup.read(COMPOSE.resolve("topics.json")), NOWHERE);
    }
    try (Admin admin = Admin.create(client("acls"))) {
      AclSetup.apply(admin, AclSetup.read(COMPOSE.resolve("acls.json")), NOWHERE);
    }
  }

  @AfterEach
  void close() {
    kafka.close();
  }

  /** The environment of a container, with values that tell secrets apart. */
  private static Map<String, String> environment(String container) throws IOException {
    String text =
        VALUE
            .matcher(Files.readString(COMPOSE.resolve("compose.yaml")))
            .replaceAll(value -> "of-" + value.group(1));
    JsonNode file = new ObjectMapper().valueToTree(new Yaml().<Object>load(text));
    return file.path("services").path(container).path("environment").properties().stream()
        .collect(Collectors.toMap(Map.Entry::getKey, each -> each.getValue().asText()));
  }

  private Map<String, Object> client(String container) throws IOException {
    Map<String, Object> settings = new HashMap<>(TopicSetup.settings(environment(container)));
    settings.put("bootstrap.servers", kafka.bootstrapServers());
    return settings;
  }

  private static void send(Map<String, Object> client, Topic topic) throws Throwable {
    try (KafkaProducer<String, String> producer =
        new KafkaProducer<>(client, new StringSerializer(), new StringSerializer())) {
      producer.send(new ProducerRecord<>(topic.topicName(), "key", "value")).get();
    } catch (ExecutionException e) {
      throw e.getCause();
    }
  }

  /** The broker hears of rights a moment after they are set. */
  private void mayWrite(String container, Topic topic) {
    patiently()
        .ignoreException(TopicAuthorizationException.class)
        .untilAsserted(() -> send(client(container), topic));
  }

  @Test
  void eachServiceWritesWhatIsItsOwnAndNothingElse() throws Throwable {
    for (String edge : List.of("retrieval", "retrieval-2")) {
      mayWrite(edge, Topic.EGRESS);
    }
    mayWrite("metrics", Topic.USAGE);
    mayWrite("indexer", Topic.DATA_SETS);
    mayWrite("settlement", Topic.SETTLEMENT);

    assertThatThrownBy(() -> send(client("retrieval"), Topic.DATA_SETS))
        .isInstanceOf(TopicAuthorizationException.class);
    assertThatThrownBy(() -> send(client("retrieval"), Topic.USAGE))
        .isInstanceOf(TopicAuthorizationException.class);
  }

  @Test
  void aServicesPasswordOpensNoOthersLogin() throws IOException {
    Map<String, Object> client = client("retrieval");
    String login = String.valueOf(client.get("sasl.jaas.config"));
    client.put("sasl.jaas.config", login.replace("\"retrieval\"", "\"indexer\""));

    assertThat(login).contains("\"retrieval\"");
    assertThatThrownBy(() -> send(client, Topic.DATA_SETS))
        .isInstanceOf(SaslAuthenticationException.class);
  }
}
