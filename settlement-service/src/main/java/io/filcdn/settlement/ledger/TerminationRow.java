package io.filcdn.settlement.ledger;

import io.quarkus.hibernate.orm.panache.PanacheEntityBase;
import jakarta.persistence.Column;
import jakarta.persistence.EmbeddedId;
import jakarta.persistence.Entity;
import jakarta.persistence.Table;

/** The data set that a transaction ends the CDN of. */
@Entity
@Table(name = "termination")
@SuppressWarnings("NullAway.Init")
class TerminationRow extends PanacheEntityBase {

  @EmbeddedId ItemKey key;

  @Column(name = "in_flight")
  boolean inFlight;
}
