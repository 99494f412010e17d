package io.filcdn.settlement.ledger;

import io.filcdn.common.payment.DataSetId;
import jakarta.persistence.Column;
import jakarta.persistence.Embeddable;

/** The key of the part of a transaction that concerns one data set. */
@Embeddable
record ItemKey(
    @Column(name = "transaction_id") long transaction, @Column(name = "data_set") String dataSet) {

  DataSetId id() {
    return DataSetId.of(dataSet);
  }
}
