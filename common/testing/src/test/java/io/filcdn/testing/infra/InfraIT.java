package io.filcdn.testing.infra;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.filcdn.common.kafka.Topic;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class InfraIT {

  @Test
  void databasesOfServicesAreThereAndBelongToThem() throws SQLException {
    try (Infra infra = Infra.start()) {
      for (String database : Postgres.DATABASES) {
        try (Connection connection =
            DriverManager.getConnection(infra.postgres().jdbcUrl(database))) {
          connection.createStatement().execute("create table mine (id int)");
        }
      }
    }
  }

  @Test
  void everyTopicIsThereWithItsPolicy() throws Exception {
    try (Infra infra = Infra.start();
        Admin admin = Admin.create(Map.of("bootstrap.servers", infra.kafka().bootstrapServers()))) {
      for (Topic topic : Topic.values()) {
        var resource = new ConfigResource(ConfigResource.Type.TOPIC, topic.topicName());
        var config = admin.describeConfigs(List.of(resource)).all().get().get(resource);

        assertThat(config).isNotNull();
        assertThat(config.get("cleanup.policy").value())
            .isEqualTo(topic.compacted() ? "compact" : "delete");
      }
    }
  }

  @Test
  void whoStartsNextGetsTheSameServersEmptied() throws Exception {
    String url;
    try (Infra first = Infra.start();
        var producer = producer(first.kafka())) {
      url = first.postgres().jdbcUrl("metrics");
      execute(url, "create table left_behind (id int)");
      producer.send(new ProducerRecord<>(Topic.USAGE.topicName(), "fwss/1", "left behind")).get();
    }

    try (Infra second = Infra.start();
        var consumer = consumer(second.kafka())) {
      assertThat(second.postgres().jdbcUrl("metrics")).isEqualTo(url);
      execute(url, "create table left_behind (id int)");
      List<TopicPartition> partitions =
          consumer.partitionsFor(Topic.USAGE.topicName()).stream()
              .map(info -> new TopicPartition(info.topic(), info.partition()))
              .toList();
      assertThat(consumer.endOffsets(partitions).values()).hasSize(4).containsOnly(0L);
    }
  }

  @Test
  void whoStartsMeanwhileGetsOthers() {
    try (Infra first = Infra.start();
        Infra second = Infra.start()) {
      assertThat(second.kafka().bootstrapServers()).isNotEqualTo(first.kafka().bootstrapServers());
      assertThat(second.postgres().jdbcUrl("metrics"))
          .isNotEqualTo(first.postgres().jdbcUrl("metrics"));
    }
  }

  private static void execute(String jdbcUrl, String sql) throws SQLException {
    try (Connection connection = DriverManager.getConnection(jdbcUrl);
        var statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  @Test
  void aServerStopsAlsoAfterTheOneThatStartedBeforeItIsGone(@TempDir Path folder) {
    EmbeddedPostgres second;
    ProcessHandle process;
    try (Infra first = Infra.start()) {
      assertThat(first.postgres().jdbcUrl("metrics")).isNotEmpty();
      second = EmbeddedPostgres.start(folder.resolve("postgres"), 0);
      process = second.process();
    }

    second.close();

    assertThat(process.onExit()).succeedsWithin(Duration.ofSeconds(20));
  }

  @Test
  void whatWasWrittenIsThereAfterARestart(@TempDir Path folder) throws Exception {
    try (Postgres postgres = EmbeddedPostgres.start(folder.resolve("postgres"), 0);
        Connection connection = DriverManager.getConnection(postgres.jdbcUrl("metrics"))) {
      connection.createStatement().execute("create table kept as select 42 as answer");
    }
    try (EmbeddedKafka kafka = EmbeddedKafka.start(folder.resolve("kafka"), 0)) {
      kafka.createTopics(1);
      try (var producer = producer(kafka)) {
        producer.send(new ProducerRecord<>(Topic.USAGE.topicName(), "fwss/1", "kept")).get();
      }
    }

    try (Postgres postgres = EmbeddedPostgres.start(folder.resolve("postgres"), 0);
        Connection connection = DriverManager.getConnection(postgres.jdbcUrl("metrics"));
        var rows = connection.createStatement().executeQuery("select answer from kept")) {
      assertThat(rows.next()).isTrue();
      assertThat(rows.getInt(1)).isEqualTo(42);
    }
    try (EmbeddedKafka kafka = EmbeddedKafka.start(folder.resolve("kafka"), 0);
        var consumer = consumer(kafka)) {
      kafka.createTopics(1);
      consumer.assign(List.of(new TopicPartition(Topic.USAGE.topicName(), 0)));
      consumer.seekToBeginning(consumer.assignment());
      assertThat(consumer.poll(Duration.ofSeconds(20)))
          .extracting(ConsumerRecord::value)
          .containsExactly("kept");
    }
  }

  @Test
  void anUnknownKindOfInfrastructureIsRefused() {
    String before = System.setProperty("filcdn.infra", "cloud");
    try {
      assertThatThrownBy(Infra::start).hasMessageContaining("embedded or containers, found cloud");
    } finally {
      System.clearProperty("filcdn.infra");
      if (before != null) {
        System.setProperty("filcdn.infra", before);
      }
    }
  }

  private static KafkaProducer<String, String> producer(Kafka kafka) {
    return new KafkaProducer<>(
        Map.of("bootstrap.servers", kafka.bootstrapServers()),
        new StringSerializer(),
        new StringSerializer());
  }

  private static KafkaConsumer<String, String> consumer(Kafka kafka) {
    return new KafkaConsumer<>(
        Map.of("bootstrap.servers", kafka.bootstrapServers()),
        new StringDeserializer(),
        new StringDeserializer());
  }
}
