package io.filcdn.settlement.ledger;

import io.filcdn.common.payment.DataSetId;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.transaction.Transactional;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/** Data sets that are left out of one activity, so that they do not stop the others. */
@ApplicationScoped
public class SetAsides {

  SetAsides() {}

  /**
   * Sets a data set aside, or prolongs it with a newer reason.
   *
   * @return whether that is news: it was not set aside, or for another reason
   */
  @Transactional
  public boolean put(SetAside added) {
    SetAsideKey key = new SetAsideKey(added.dataSet().toString(), added.activity().toString());
    SetAsideRow row = SetAsideRow.findById(key);
    boolean news = row == null || !row.reason.equals(added.reason().toString());
    if (row == null) {
      row = new SetAsideRow();
      row.key = key;
    }
    if (news) {
      row.since = added.since();
      row.reason = added.reason().toString();
    }
    row.message = added.message();
    row.retryAt = added.retryAt().orElse(null);
    row.persist();
    return news;
  }

  /** Who is to be left out of {@code activity} at {@code now}. */
  @Transactional
  public Set<DataSetId> leftOut(Activity activity, Instant now) {
    return SetAsideRow.<SetAsideRow>list(
            "key.activity = ?1 and (retryAt is null or retryAt > ?2)", activity.toString(), now)
        .stream()
        .map(row -> DataSetId.of(row.key.dataSet()))
        .collect(Collectors.toSet());
  }

  /** What a data set is set aside from. */
  @Transactional
  public List<SetAside> of(DataSetId dataSet) {
    return SetAsideRow.<SetAsideRow>list("key.dataSet", dataSet.toString()).stream()
        .map(SetAsideRow::toSetAside)
        .toList();
  }

  /** Lets data sets take part again. */
  @Transactional
  public void release(Activity activity, Collection<DataSetId> dataSets) {
    SetAsideRow.delete(
        "key.activity = ?1 and key.dataSet in ?2",
        activity.toString(),
        dataSets.stream().map(DataSetId::toString).toList());
  }

  /** How many are set aside from {@code activity}. */
  @Transactional
  public long count(Activity activity) {
    return SetAsideRow.count("key.activity", activity.toString());
  }
}
