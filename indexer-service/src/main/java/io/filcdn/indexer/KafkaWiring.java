package io.filcdn.indexer;

import io.smallrye.common.annotation.Identifier;
import jakarta.enterprise.inject.Disposes;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.serialization.StringSerializer;

/** The wiring of Kafka: the producer of the index topics. */
final class KafkaWiring {

  private static final long BUFFER_BYTES = 8L << 20;

  @Produces
  @Singleton
  Producer<String, String> producer(
      @Identifier("default-kafka-broker") Map<String, Object> broker, IndexerConfig config) {
    Map<String, Object> settings = new HashMap<>(broker);
    long timeout = config.publish().timeout().toMillis();
    // with these a record is neither lost nor overtaken by a later one of its partition
    settings.put(ProducerConfig.ACKS_CONFIG, "all");
    settings.put(ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG, true);
    settings.put(ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, Math.toIntExact(timeout));
    settings.put(ProducerConfig.REQUEST_TIMEOUT_MS_CONFIG, Math.toIntExact(timeout / 2));
    settings.put(ProducerConfig.MAX_BLOCK_MS_CONFIG, timeout);
    settings.put(ProducerConfig.LINGER_MS_CONFIG, 5);
    settings.put(ProducerConfig.BUFFER_MEMORY_CONFIG, BUFFER_BYTES);
    return new KafkaProducer<>(settings, new StringSerializer(), new StringSerializer());
  }

  void close(@Disposes Producer<String, String> producer) {
    producer.close(Duration.ZERO);
  }
}
