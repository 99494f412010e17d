package io.filcdn.indexer;

import io.filcdn.service.kafka.KafkaPublisher;
import io.smallrye.common.annotation.Identifier;
import jakarta.enterprise.inject.Disposes;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.util.Map;

/** The wiring of Kafka: the publisher of the index topics. */
final class KafkaWiring {

  @Produces
  @Singleton
  KafkaPublisher publisher(
      @Identifier("default-kafka-broker") Map<String, Object> broker, IndexerConfig config) {
    return KafkaPublisher.to(broker, "filcdn-indexer", config.publish().timeout());
  }

  void close(@Disposes KafkaPublisher publisher) {
    publisher.close();
  }
}
