package io.filcdn.settlement.publish;

import io.filcdn.settlement.ledger.Outbox;
import io.quarkus.narayana.jta.QuarkusTransaction;
import io.smallrye.reactive.messaging.MutinyEmitter;
import io.smallrye.reactive.messaging.kafka.api.OutgoingKafkaRecordMetadata;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.List;
import org.eclipse.microprofile.reactive.messaging.Channel;
import org.eclipse.microprofile.reactive.messaging.Message;
import org.eclipse.microprofile.reactive.messaging.Metadata;

/**
 * A publisher that sends the outbox's records to Kafka in their order, and forgets each that Kafka
 * acknowledged.
 */
@ApplicationScoped
public class OutboxPublisher {

  private static final int AT_ONCE = 100;

  private final Outbox outbox;
  private final MutinyEmitter<String> kafka;

  OutboxPublisher(Outbox outbox, @Channel("outbox") MutinyEmitter<String> kafka) {
    this.outbox = outbox;
    this.kafka = kafka;
  }

  /** Sends all that is there; an error leaves the rest for the next time. */
  public void publish() {
    int sent;
    do {
      sent = QuarkusTransaction.requiringNew().call(this::publishSome);
    } while (sent == AT_ONCE);
  }

  private int publishSome() {
    List<Outbox.Letter> letters = outbox.oldest(AT_ONCE);
    for (Outbox.Letter letter : letters) {
      kafka.sendMessageAndAwait(toMessage(letter));
    }
    if (!letters.isEmpty()) {
      outbox.sent(letters);
    }
    return letters.size();
  }

  private static Message<String> toMessage(Outbox.Letter letter) {
    return Message.of(
        letter.value(),
        Metadata.of(
            OutgoingKafkaRecordMetadata.<String>builder()
                .withTopic(letter.topic())
                .withKey(letter.key())
                .build()));
  }
}
