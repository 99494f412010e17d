package io.filcdn.settlement.ledger;

import io.quarkus.hibernate.orm.panache.PanacheEntityBase;
import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import java.math.BigInteger;

/** The amounts that the operator contract said a data set owes. */
@Entity
@Table(name = "owed")
@SuppressWarnings("NullAway.Init")
class OwedRow extends PanacheEntityBase {

  @Id
  @Column(name = "data_set")
  String dataSet;

  @Column(precision = 78)
  BigInteger cdn;

  @Column(name = "cache_miss", precision = 78)
  BigInteger cacheMiss;

  long block;

  @Column(name = "index_version")
  long indexVersion;
}
