package io.filcdn.settlement.ledger;

import io.quarkus.hibernate.orm.panache.PanacheEntityBase;
import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.GeneratedValue;
import jakarta.persistence.GenerationType;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import org.jspecify.annotations.Nullable;

/** A Kafka record that waits to be sent. */
@Entity
@Table(name = "outbox")
@SuppressWarnings("NullAway.Init")
class OutboxRow extends PanacheEntityBase {

  @Id
  @GeneratedValue(strategy = GenerationType.IDENTITY)
  @Nullable Long id;

  String topic;

  @Column(name = "record_key")
  String key;

  @Column(name = "record_value")
  String value;
}
