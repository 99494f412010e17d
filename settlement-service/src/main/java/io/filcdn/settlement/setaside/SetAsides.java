package io.filcdn.settlement.setaside;

import io.filcdn.common.payment.DataSetId;
import io.filcdn.common.usage.SettlementRecord;
import io.filcdn.settlement.alarm.Alarm;
import io.filcdn.settlement.alarm.Alarms;
import io.filcdn.settlement.ledger.LedgerConfig;
import io.filcdn.settlement.ledger.Outbox;
import io.filcdn.settlement.ledger.Prices;
import io.filcdn.settlement.model.Activity;
import io.quarkus.panache.common.Sort;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.transaction.Transactional;
import java.time.Clock;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.hibernate.Session;
import org.hibernate.query.MutationQuery;
import org.jspecify.annotations.Nullable;

/** Data sets that are left out of one activity, so that they do not stop the others. */
@ApplicationScoped
public class SetAsides {

  private final Session database;
  private final Outbox outbox;
  private final Alarms alarms;
  private final Prices prices;
  private final LedgerConfig config;
  private final Clock clock;

  SetAsides(
      Session database,
      Outbox outbox,
      Alarms alarms,
      Prices prices,
      LedgerConfig config,
      Clock clock) {
    this.database = database;
    this.outbox = outbox;
    this.alarms = alarms;
    this.prices = prices;
    this.config = config;
    this.clock = clock;
  }

  /**
   * Sets a data set aside, or prolongs it. Where that is news (it was not set aside, or for another
   * reason), an alarm and a {@code failed} event tell it.
   */
  @Transactional
  public void put(DataSetId dataSet, Activity activity, SetAside.Reason reason, String message) {
    Instant now = clock.instant();
    SetAsideKey key = new SetAsideKey(dataSet.toString(), activity.toString());
    SetAsideRow row = SetAsideRow.findById(key);
    boolean news = row == null || !row.reason.equals(reason.toString());
    if (row == null) {
      row = new SetAsideRow();
      row.key = key;
    }
    if (news) {
      row.since = now;
      row.reason = reason.toString();
      outbox.add(
          new SettlementRecord.Failed(dataSet, now, Optional.empty(), reason.toString(), message));
      alarms.raise(
          Alarm.SET_ASIDE,
          "dataSet=%s activity=%s reason=%s %s".formatted(dataSet, activity, reason, message));
    }
    row.message = message;
    row.retryAt = retryAt(reason, row.since, now);
    row.persist();
  }

  private @Nullable Instant retryAt(SetAside.Reason reason, Instant since, Instant now) {
    boolean young = now.isBefore(since.plus(config.grantsGrace()));
    if (!reason.canHeal(young || prices.disputed())) {
      return null;
    }
    return reason == SetAside.Reason.BEYOND_GRANTS && young
        ? now.plus(config.grantsGrace())
        : now.plus(config.setAsideFor());
  }

  /** The data sets to leave out of {@code activity} now. */
  @Transactional
  public Set<DataSetId> leftOut(Activity activity) {
    return SetAsideRow.<SetAsideRow>list(
            "key.activity = ?1 and (retryAt is null or retryAt > ?2)",
            activity.toString(),
            clock.instant())
        .stream()
        .map(row -> DataSetId.of(row.key.dataSet()))
        .collect(Collectors.toSet());
  }

  /** The activities that a data set is set aside from. */
  @Transactional
  public List<SetAside> of(DataSetId dataSet) {
    return SetAsideRow.<SetAsideRow>list("key.dataSet", dataSet.toString()).stream()
        .map(SetAsideRow::toSetAside)
        .toList();
  }

  /** Everything that is set aside, the longest first. */
  @Transactional
  public List<SetAside> all() {
    return SetAsideRow.<SetAsideRow>listAll(Sort.by("since", "key.dataSet", "key.activity"))
        .stream()
        .map(SetAsideRow::toSetAside)
        .toList();
  }

  /** Lets data sets take part in the next run; they stay set aside until they get through. */
  @Transactional
  public void retryNow(Activity activity, Collection<DataSetId> dataSets) {
    change("update set_aside set retry_at = :now", activity, dataSets)
        .setParameter("now", clock.instant())
        .executeUpdate();
  }

  /**
   * Lets those take part in reports again whose numbers agree once more: all that were due to be
   * looked at, but for {@code stillWrong}.
   */
  @Transactional
  public void releaseHealed(Set<DataSetId> stillWrong) {
    SetAsideRow.<SetAsideRow>list(
            "key.activity = ?1 and reason in ?2 and retryAt <= ?3",
            Activity.REPORT.toString(),
            Stream.of(SetAside.Reason.values())
                .filter(SetAside.Reason::isOfTheTables)
                .map(SetAside.Reason::toString)
                .toList(),
            clock.instant())
        .stream()
        .filter(row -> !stillWrong.contains(DataSetId.of(row.key.dataSet())))
        .forEach(SetAsideRow::delete);
  }

  /** Lets data sets take part again. */
  @Transactional
  public void release(Activity activity, Collection<DataSetId> dataSets) {
    change("delete from set_aside", activity, dataSets).executeUpdate();
  }

  private MutationQuery change(String what, Activity activity, Collection<DataSetId> dataSets) {
    return database
        .createNativeMutationQuery(what + " where activity = :activity and data_set = any (:ids)")
        .setParameter("activity", activity.toString())
        .setParameter("ids", dataSets.stream().map(DataSetId::toString).toArray(String[]::new));
  }

  /** The number of those that are set aside from {@code activity}. */
  @Transactional
  public long count(Activity activity) {
    return SetAsideRow.count("key.activity", activity.toString());
  }
}
