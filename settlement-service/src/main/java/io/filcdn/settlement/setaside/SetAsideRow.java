package io.filcdn.settlement.setaside;

import io.filcdn.common.payment.DataSetId;
import io.filcdn.settlement.model.Activity;
import io.quarkus.hibernate.orm.panache.PanacheEntityBase;
import jakarta.persistence.Column;
import jakarta.persistence.EmbeddedId;
import jakarta.persistence.Entity;
import jakarta.persistence.Table;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** One data set that is set aside. */
@Entity
@Table(name = "set_aside")
@SuppressWarnings("NullAway.Init")
class SetAsideRow extends PanacheEntityBase {

  @EmbeddedId SetAsideKey key;

  String reason;

  String message;

  Instant since;

  @Column(name = "retry_at")
  @Nullable Instant retryAt;

  SetAside toSetAside() {
    return new SetAside(
        DataSetId.of(key.dataSet()),
        Activity.of(key.activity()),
        SetAside.Reason.of(reason),
        message,
        since,
        Optional.ofNullable(retryAt));
  }
}
