package io.filcdn.settlement.replica;

import io.filcdn.common.chain.Address;
import io.filcdn.common.chain.Epoch;
import io.filcdn.common.index.DataSetRecord;
import io.filcdn.common.index.PayerRecord;
import io.filcdn.common.payment.DataSetId;
import io.filcdn.common.usage.UsageRecord;
import io.filcdn.service.database.AdvisoryLock;
import io.quarkus.panache.common.Sort;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.persistence.LockModeType;
import jakarta.transaction.Transactional;
import java.time.Instant;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BinaryOperator;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.hibernate.Session;

/**
 * The newest record of each data set from the topics, and how far the topics have been read.
 * Callers open the transaction, so that records and offsets change together. Records may come again
 * and in any order.
 */
@ApplicationScoped
public class TopicTables {

  /** The namespace of the locks under which topics are read. */
  private static final int READING = 0x46696C44;

  private final Session database;

  TopicTables(Session database) {
    this.database = database;
  }

  /** Keeps each odometer that supersedes the one at hand. */
  public void keepUsage(Collection<UsageRecord> records) {
    Map<DataSetId, UsageRecord> newest =
        newest(records, UsageRecord::dataSet, (a, b) -> b.supersedes(a) ? b : a);
    Map<String, OdometerRow> rows = new HashMap<>();
    for (OdometerRow row : lock(OdometerRow.class, newest.keySet())) {
      rows.put(row.dataSet, row);
    }
    newest.forEach(
        (dataSet, record) -> {
          OdometerRow row = rows.get(dataSet.toString());
          if (row == null) {
            row = new OdometerRow();
            row.dataSet = dataSet.toString();
            row.take(record);
            row.persist();
          } else if (record.supersedes(row.toRecord())) {
            row.take(record);
          }
        });
  }

  /**
   * Has other processes wait that read the same topic, until the caller's transaction ends: two
   * that insert the same row at once would both fail.
   */
  public void lock(String topic) {
    database.doWork(AdvisoryLock.of(READING, topic.hashCode())::takeIn);
  }

  /** Keeps each index record of a higher version than the one at hand. */
  public void keepDataSets(Collection<DataSetRecord> records) {
    Map<DataSetId, DataSetRecord> newest =
        newest(
            records,
            DataSetRecord::dataSet,
            BinaryOperator.maxBy(Comparator.comparingLong(record -> record.asOf().version())));
    Map<String, DataSetRow> rows = new HashMap<>();
    for (DataSetRow row : lock(DataSetRow.class, newest.keySet())) {
      rows.put(row.dataSet, row);
    }
    newest.forEach(
        (dataSet, record) -> {
          DataSetRow row = rows.get(dataSet.toString());
          if (row == null) {
            row = new DataSetRow();
            row.dataSet = dataSet.toString();
            row.take(record);
            row.persist();
          } else if (record.asOf().version() > row.version) {
            row.take(record);
          }
        });
  }

  /** Keeps each screening of a higher version than the one at hand. */
  public void keepPayers(Collection<PayerRecord> records, Instant now) {
    Map<Address, PayerRecord> newest =
        newest(
            records,
            PayerRecord::payer,
            BinaryOperator.maxBy(Comparator.comparingLong(record -> record.asOf().version())));
    newest.entrySet().stream()
        .sorted(Map.Entry.comparingByKey(Comparator.comparing(Address::hex)))
        .forEach(
            entry -> {
              PayerRow row =
                  PayerRow.findById(entry.getKey().hex(), LockModeType.PESSIMISTIC_WRITE);
              if (row == null) {
                row = new PayerRow();
                row.address = entry.getKey().hex();
                row.take(entry.getValue(), now);
                row.persist();
              } else if (entry.getValue().asOf().version() > row.version) {
                row.take(entry.getValue(), now);
              }
            });
  }

  /** The newest odometer of a data set. */
  public Optional<UsageRecord> usage(DataSetId dataSet) {
    return Optional.ofNullable(database.find(OdometerRow.class, dataSet.toString()))
        .map(OdometerRow::toRecord);
  }

  /**
   * Notes the as-of epochs of the oldest bytes of data sets that no rollup of ours covers.
   *
   * @param since of each data set; empty where all are covered
   */
  @Transactional(Transactional.TxType.MANDATORY)
  public void markUnreported(Map<DataSetId, Optional<Epoch>> since) {
    for (OdometerRow row : lock(OdometerRow.class, since.keySet())) {
      row.unreportedSince =
          since
              .getOrDefault(DataSetId.of(row.dataSet), Optional.empty())
              .map(Epoch::value)
              .orElse(null);
    }
  }

  /**
   * The payments of data sets, as the index tells them; those that it does not know are left out.
   */
  @Transactional
  public Map<DataSetId, IndexedPayments> payments(Collection<DataSetId> dataSets) {
    return DataSetRow.<DataSetRow>list(
            "dataSet in ?1", dataSets.stream().map(DataSetId::toString).toList())
        .stream()
        .collect(Collectors.toMap(row -> DataSetId.of(row.dataSet), DataSetRow::payments));
  }

  /** Data sets with usage, in the order of their ids' texts: those that follow {@code after}. */
  @Transactional
  public List<UsageRecord> page(Optional<DataSetId> after, int limit) {
    return OdometerRow.<OdometerRow>find(
            "dataSet > ?1", Sort.by("dataSet"), after.map(DataSetId::toString).orElse(""))
        .page(0, limit)
        .stream()
        .map(OdometerRow::toRecord)
        .toList();
  }

  /** The offsets from which to read on in a topic, by partition; those of which any was read. */
  @Transactional
  public Map<Integer, Long> nextOffsets(String topic) {
    return database
        .createNativeQuery(
            "select kafka_partition, next_offset from consumed where topic = :topic",
            Object[].class)
        .setParameter("topic", topic)
        .getResultStream()
        .collect(Collectors.toMap(row -> (Integer) row[0], row -> (Long) row[1]));
  }

  /** Notes where to read on in a partition: all before it is in these tables. */
  public void keepOffset(String topic, int partition, long next) {
    database
        .createNativeMutationQuery(
            """
            insert into consumed (topic, kafka_partition, next_offset)
            values (:topic, :partition, :next)
            on conflict (topic, kafka_partition)
            do update set next_offset = excluded.next_offset
            """)
        .setParameter("topic", topic)
        .setParameter("partition", partition)
        .setParameter("next", next)
        .executeUpdate();
  }

  private <T> List<T> lock(Class<T> rows, Collection<DataSetId> dataSets) {
    // in one order, so that two processes that read the same records wait for each other
    return database
        .createQuery(
            "from " + rows.getSimpleName() + " where dataSet in :ids order by dataSet", rows)
        .setParameter("ids", dataSets.stream().map(DataSetId::toString).toList())
        .setLockMode(LockModeType.PESSIMISTIC_WRITE)
        .getResultList();
  }

  private static <K, T> Map<K, T> newest(
      Collection<T> records, Function<T, K> key, BinaryOperator<T> newer) {
    Map<K, T> newest = new HashMap<>();
    records.forEach(record -> newest.merge(key.apply(record), record, newer));
    return newest;
  }
}
