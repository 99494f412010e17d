package io.filcdn.testing.infra;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.filcdn.common.kafka.KafkaPrincipal;
import io.filcdn.common.kafka.Topic;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.function.Predicate;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.acl.AclBindingFilter;
import org.apache.kafka.common.errors.ClusterAuthorizationException;
import org.apache.kafka.common.errors.GroupAuthorizationException;
import org.apache.kafka.common.errors.TopicAuthorizationException;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Each service can do with the local broker what is its own, and nothing else. */
class KafkaAccessIT {

  @TempDir static Path folder;

  private static EmbeddedKafka kafka;
  private static KafkaUsers users;

  @BeforeAll
  static void start() {
    users = KafkaUsers.in(folder.resolve("users"));
    kafka = EmbeddedKafka.start(folder.resolve("kafka"), 0, users);
    kafka.createTopics(1);
    Map<String, Object> admin = client(KafkaUsers.ADMIN);
    assertThat(topics(topic -> canWrite(admin, topic))).hasSameSizeAs(Topic.values());
  }

  @AfterAll
  static void stop() {
    kafka.close();
  }

  @ParameterizedTest
  @EnumSource
  void aServiceWritesAndReadsItsTopicsAndNoOther(KafkaPrincipal principal) {
    Map<String, Object> client = client(principal.service());

    assertThat(topics(topic -> canWrite(client, topic))).isEqualTo(principal.writes());
    assertThat(topics(topic -> canRead(client, topic))).isEqualTo(principal.reads());
  }

  @ParameterizedTest
  @EnumSource
  void aServiceHasOnlyItsOwnGroupsAndAdministersNothing(KafkaPrincipal principal) throws Exception {
    try (Admin admin = Admin.create(client(principal.service()))) {
      for (KafkaPrincipal other : KafkaPrincipal.values()) {
        String group = other.groupPrefix().orElse("filcdn-none-") + "x";
        boolean allowed = other == principal && principal.groupPrefix().isPresent();
        assertThat(isRefused(() -> admin.listConsumerGroupOffsets(group).all().get()))
            .as(group)
            .isEqualTo(!allowed);
      }
      assertThatThrownBy(() -> admin.describeAcls(AclBindingFilter.ANY).values().get())
          .hasRootCauseInstanceOf(ClusterAuthorizationException.class);
      assertThatThrownBy(() -> admin.deleteTopics(List.of("filcdn.egress")).all().get())
          .hasRootCauseInstanceOf(TopicAuthorizationException.class);
    }
  }

  @Test
  void whoHasNoPasswordIsNotLetIn() {
    Map<String, Object> nobody = new HashMap<>();
    nobody.put("bootstrap.servers", kafka.bootstrapServers());
    nobody.put(AdminClientConfig.REQUEST_TIMEOUT_MS_CONFIG, 3_000);
    nobody.put(AdminClientConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, 5_000);

    try (Admin admin = Admin.create(nobody)) {
      assertThatThrownBy(() -> admin.listTopics().names().get())
          .isInstanceOf(ExecutionException.class);
    }
  }

  private static Map<String, Object> client(String user) {
    Map<String, Object> settings = users.client(user);
    settings.put("bootstrap.servers", kafka.bootstrapServers());
    return settings;
  }

  private static Set<Topic> topics(Predicate<Topic> which) {
    Set<Topic> found = EnumSet.noneOf(Topic.class);
    Arrays.stream(Topic.values()).filter(which).forEach(found::add);
    return found;
  }

  private static boolean canWrite(Map<String, Object> client, Topic topic) {
    try (KafkaProducer<String, String> producer =
        new KafkaProducer<>(client, new StringSerializer(), new StringSerializer())) {
      return !isRefused(
          () -> producer.send(new ProducerRecord<>(topic.topicName(), 0, "key", "value")).get());
    }
  }

  private static boolean canRead(Map<String, Object> client, Topic topic) {
    Map<String, Object> settings = new HashMap<>(client);
    settings.put("auto.offset.reset", "earliest");
    try (KafkaConsumer<String, String> consumer =
        new KafkaConsumer<>(settings, new StringDeserializer(), new StringDeserializer())) {
      TopicPartition partition = new TopicPartition(topic.topicName(), 0);
      consumer.assign(List.of(partition));
      return !isRefused(
          () -> {
            consumer.seekToBeginning(List.of(partition));
            return consumer.poll(Duration.ofSeconds(60)).iterator().next();
          });
    }
  }

  /** Something that Kafka may refuse. */
  private interface Attempt {
    Object make() throws Exception;
  }

  private static boolean isRefused(Attempt attempt) {
    try {
      attempt.make();
      return false;
    } catch (Exception e) {
      Throwable reason = e instanceof ExecutionException ? e.getCause() : e;
      assertThat(reason)
          .isInstanceOfAny(TopicAuthorizationException.class, GroupAuthorizationException.class);
      return true;
    }
  }
}
