package io.filcdn.retrieval.usage;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.filcdn.common.egress.EgressPartition;
import io.filcdn.common.egress.EgressRecord;
import io.filcdn.common.egress.EgressRow;
import io.filcdn.common.egress.JournalId;
import io.filcdn.common.kafka.RecordJson;
import io.filcdn.common.lease.JournalEnd;
import io.filcdn.common.lease.JournalProgress;
import io.filcdn.retrieval.database.Database;
import io.filcdn.retrieval.database.Opened;
import io.filcdn.service.tracing.TraceLinks;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.IntPredicate;
import org.jboss.logging.Logger;
import org.rocksdb.RocksDBException;
import org.rocksdb.RocksIterator;
import org.rocksdb.WriteBatch;
import org.rocksdb.WriteOptions;

/**
 * The journal of what was counted and is not in Kafka yet, on disk. Each process start is a journal
 * of its own with a new id; records that an earlier one left keep theirs. A record's partition and
 * sequence are chosen once, when it is written, and stored as its key: {@code journal, partition,
 * sequence}, all big-endian, so that the keys' order is the order of sending.
 */
public final class Journal implements AutoCloseable {

  private static final Logger LOG = Logger.getLogger(Journal.class);

  private static final int KEY_BYTES = 16 + 4 + 8;

  /** Rows of one record: far below what a broker takes, which is 1 MiB by default. */
  private static final int MAX_ROWS = 2_000;

  private static final Database.Shape SHAPE =
      new Database.Shape("journal", List.of("default"), 4L << 20, 0);

  private final Database database;
  private final WriteOptions synced = new WriteOptions().setSync(true);
  private final JournalId id;
  private final String edge;
  private final long maxRecords;
  private final AtomicLong records = new AtomicLong();
  private final TraceLinks traces = new TraceLinks();

  /** The last sequence of this run that Kafka has, by partition. */
  private final Map<Integer, Long> acknowledged = new ConcurrentHashMap<>();

  /** The last sequence of each partition that this run has written. */
  private final Map<Integer, Long> lastSequences = new ConcurrentHashMap<>();

  /** The places of records that were refused, which the disk may have all the same. */
  @GuardedBy("this")
  private final Set<Place> unsure = new HashSet<>();

  private record Place(int partition, long sequence) {}

  private Journal(Database database, JournalId id, String edge, long maxRecords) {
    this.database = database;
    this.id = id;
    this.edge = edge;
    this.maxRecords = maxRecords;
  }

  /**
   * Opens the journals in {@code folder} and begins a new one.
   *
   * @param maxRecords how many unsent records count as full
   * @throws IllegalStateException where the folder cannot be opened
   */
  public static Journal open(Path folder, JournalId id, String edge, long maxRecords) {
    Journal journal = new Journal(Database.open(folder, SHAPE), id, edge, maxRecords);
    try {
      journal.countRecords();
      journal.begin();
      return journal;
    } catch (IllegalStateException e) {
      journal.close();
      throw e;
    }
  }

  /** The spans of requests whose bytes are in records that wait for Kafka; not kept on disk. */
  TraceLinks traces() {
    return traces;
  }

  /** True where so much waits for Kafka that no new response may start. */
  public boolean full() {
    return records.get() >= maxRecords;
  }

  /** The number of records that wait for Kafka. */
  public long size() {
    return records.get();
  }

  /**
   * Writes rows durably: when this returns, a crash loses none of them.
   *
   * @param partitions how many partitions the topic has
   * @throws IllegalStateException where the disk refuses; nothing counts as written then
   */
  synchronized void append(List<EgressRow> rows, int partitions, Instant from, Instant to) {
    Map<Integer, List<EgressRow>> byPartition = new HashMap<>();
    for (EgressRow row : rows) {
      byPartition
          .computeIfAbsent(EgressPartition.of(row.dataSet(), partitions), p -> new ArrayList<>())
          .add(row);
    }
    Map<Integer, Long> sequences = new HashMap<>(lastSequences);
    List<EgressRecord> written = new ArrayList<>();
    byPartition.forEach(
        (partition, all) -> {
          for (int at = 0; at < all.size(); at += MAX_ROWS) {
            long sequence = sequences.merge(partition, 1L, Long::sum);
            List<EgressRow> some = all.subList(at, Math.min(all.size(), at + MAX_ROWS));
            written.add(new EgressRecord(id, partition, sequence, edge, from, to, some));
          }
        });
    List<Place> before = List.copyOf(unsure);
    written.forEach(record -> unsure.add(new Place(record.partition(), record.sequence())));
    database.write(opened -> write(opened, before, written, sequences));
    unsure.clear();
    records.addAndGet(written.size());
    lastSequences.putAll(sequences);
  }

  /** Writes records, in the place of those of writes that were refused. */
  private boolean write(
      Opened opened, List<Place> before, List<EgressRecord> written, Map<Integer, Long> sequences)
      throws RocksDBException {
    try (WriteBatch batch = new WriteBatch()) {
      Set<Integer> touched = new HashSet<>();
      for (Place refused : before) {
        batch.delete(key(id, refused.partition, refused.sequence));
        touched.add(refused.partition);
      }
      for (EgressRecord record : written) {
        batch.put(
            key(id, record.partition(), record.sequence()),
            RecordJson.write(record).getBytes(StandardCharsets.UTF_8));
        touched.add(record.partition());
      }
      for (int partition : touched) {
        JournalEnds.put(batch, id, partition, sequences.getOrDefault(partition, 0L));
      }
      opened.db().write(synced, batch);
      return true;
    }
  }

  /**
   * The oldest unsent record of each journal and partition: those that may be sent now.
   *
   * @param wanted which partitions to look at
   */
  List<Unsent> heads(IntPredicate wanted) {
    return database.read(
        opened -> {
          // before the rows are looked at: what is written meanwhile is not sent as it was before
          Map<Integer, Long> last = Map.copyOf(lastSequences);
          List<Unsent> heads = new ArrayList<>();
          try (RocksIterator at = opened.db().newIterator()) {
            at.seekToFirst();
            while (isRecord(at)) {
              Unsent record = Unsent.of(at.key(), at.value());
              if (wanted.test(record.partition()) && counts(record, last)) {
                heads.add(record);
              }
              at.seek(key(record.journal(), record.partition() + 1, 0));
            }
          }
          return heads;
        });
  }

  /** One behind the last is of a write that was refused, and will be made anew. */
  private boolean counts(Unsent record, Map<Integer, Long> last) {
    return !record.journal().equals(id)
        || record.sequence() <= last.getOrDefault(record.partition(), 0L);
  }

  /** Forgets a record that Kafka has. */
  void sent(Unsent record) {
    if (record.journal().equals(id)) {
      acknowledged.merge(record.partition(), record.sequence(), Math::max);
    }
    database.write(
        opened -> {
          opened.db().delete(record.key());
          return true;
        });
    records.decrementAndGet();
  }

  /** The progress of this run's journal: how much of it Kafka has. */
  public JournalProgress progress() {
    return new JournalProgress(id, edge, acknowledged);
  }

  /** The journals of earlier runs that Kafka has all of, each with its last sequences. */
  public List<JournalEnd> complete() {
    return database.read(
        opened -> {
          try (RocksIterator at = opened.db().newIterator()) {
            return JournalEnds.read(at).stream()
                .filter(end -> !end.journal().equals(id) && !hasUnsent(at, end.journal()))
                .toList();
          }
        });
  }

  private static boolean hasUnsent(RocksIterator at, JournalId journal) {
    at.seek(key(journal, 0, 0));
    return isRecord(at) && Unsent.of(at.key(), at.value()).journal().equals(journal);
  }

  /** Forgets a complete journal. */
  public void forget(JournalId journal) {
    try {
      database.write(
          opened -> {
            JournalEnds.forget(opened.db(), journal);
            return true;
          });
    } catch (IllegalStateException e) {
      LOG.errorf(e, "the journal cannot forget %s; its end will be told again", journal);
    }
  }

  private static boolean isRecord(RocksIterator at) {
    return at.isValid() && at.key().length == KEY_BYTES;
  }

  /** Remembers this run from its start on: it can hold leases before it has anything to record. */
  private void begin() {
    database.write(
        opened -> {
          try (WriteBatch batch = new WriteBatch()) {
            JournalEnds.put(batch, id, 0, 0);
            opened.db().write(synced, batch);
            return true;
          }
        });
  }

  private void countRecords() {
    database.read(
        opened -> {
          try (RocksIterator at = opened.db().newIterator()) {
            for (at.seekToFirst(); isRecord(at); at.next()) {
              records.incrementAndGet();
            }
            return true;
          }
        });
  }

  private static byte[] key(JournalId journal, int partition, long sequence) {
    return ByteBuffer.allocate(KEY_BYTES)
        .putLong(journal.uuid().getMostSignificantBits())
        .putLong(journal.uuid().getLeastSignificantBits())
        .putInt(partition)
        .putLong(sequence)
        .array();
  }

  @Override
  public void close() {
    database.close();
    synced.close();
  }

  /**
   * A record that Kafka does not have yet.
   *
   * @param value its JSON, as it is to be sent
   */
  record Unsent(JournalId journal, int partition, long sequence, String value) {

    static Unsent of(byte[] key, byte[] value) {
      ByteBuffer parts = ByteBuffer.wrap(key);
      return new Unsent(
          new JournalId(new UUID(parts.getLong(), parts.getLong())),
          parts.getInt(),
          parts.getLong(),
          new String(value, StandardCharsets.UTF_8));
    }

    byte[] key() {
      return Journal.key(journal, partition, sequence);
    }
  }
}
