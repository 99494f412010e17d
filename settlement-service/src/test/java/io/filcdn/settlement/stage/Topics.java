package io.filcdn.settlement.stage;

import io.filcdn.common.kafka.RecordJson;
import io.filcdn.common.kafka.Topic;
import io.filcdn.testing.infra.TopicContents;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.StringSerializer;

/** The topics, as other services write and read them. */
public final class Topics implements AutoCloseable {

  private final Map<String, Object> kafka;
  private final KafkaProducer<String, String> producer;
  private final Map<Topic, TopicContents> contents = new ConcurrentHashMap<>();

  Topics(String bootstrapServers) {
    this.kafka = Map.of("bootstrap.servers", bootstrapServers);
    this.producer = new KafkaProducer<>(kafka, new StringSerializer(), new StringSerializer());
  }

  public void send(Topic topic, String key, Object record) {
    sendText(topic, key, RecordJson.write(record));
  }

  public void sendText(Topic topic, String key, String text) {
    try {
      producer.send(new ProducerRecord<>(topic.topicName(), key, text)).get();
    } catch (ExecutionException e) {
      throw new IllegalStateException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  /** All that a topic holds now. */
  public <T> List<T> read(Topic topic, Class<T> type) {
    return contents
        .computeIfAbsent(topic, each -> new TopicContents(kafka, each.topicName()))
        .read()
        .stream()
        .map(record -> RecordJson.read(record.value(), type))
        .toList();
  }

  @Override
  public void close() {
    contents.values().forEach(TopicContents::close);
    producer.close();
  }
}
