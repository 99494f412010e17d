package io.filcdn.settlement.stage;

import io.filcdn.common.kafka.RecordJson;
import io.filcdn.common.kafka.Topic;
import io.filcdn.testing.infra.TopicContents;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.StringSerializer;

/** The topics, as other services write and read them. */
public final class Topics implements AutoCloseable {

  private final KafkaProducer<String, String> producer;
  private final String bootstrapServers;

  Topics(String bootstrapServers) {
    this.bootstrapServers = bootstrapServers;
    this.producer =
        new KafkaProducer<>(
            Map.of("bootstrap.servers", bootstrapServers),
            new StringSerializer(),
            new StringSerializer());
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
    return TopicContents.of(bootstrapServers, topic.topicName()).stream()
        .map(record -> RecordJson.read(record.value(), type))
        .toList();
  }

  @Override
  public void close() {
    producer.close();
  }
}
