package io.filcdn.settlement.ledger;

import io.quarkus.hibernate.orm.panache.PanacheEntityBase;
import jakarta.persistence.Column;
import jakarta.persistence.EmbeddedId;
import jakarta.persistence.Entity;
import jakarta.persistence.Table;
import java.math.BigInteger;
import org.jspecify.annotations.Nullable;

/** One data set of a settlement. */
@Entity
@Table(name = "rail_payment")
@SuppressWarnings("NullAway.Init")
class RailPaymentRow extends PanacheEntityBase {

  @EmbeddedId ItemKey key;

  String activity;

  @Column(name = "in_flight")
  boolean inFlight;

  @Column(precision = 78)
  @Nullable BigInteger amount;
}
