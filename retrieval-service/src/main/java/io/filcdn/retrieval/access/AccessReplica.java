package io.filcdn.retrieval.access;

import io.filcdn.common.access.KeyId;
import io.filcdn.common.access.PolicyKey;
import io.filcdn.common.chain.Address;
import io.filcdn.common.kafka.Topic;
import io.filcdn.common.payment.DataSetId;
import io.filcdn.retrieval.follow.ReplicaFollower.Feed;
import io.filcdn.retrieval.follow.TopicReplica;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.jboss.logging.Logger;
import org.rocksdb.AbstractImmutableNativeReference;
import org.rocksdb.BlockBasedTableConfig;
import org.rocksdb.BloomFilter;
import org.rocksdb.ColumnFamilyDescriptor;
import org.rocksdb.ColumnFamilyHandle;
import org.rocksdb.ColumnFamilyOptions;
import org.rocksdb.DBOptions;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;
import org.rocksdb.RocksIterator;
import org.rocksdb.WriteBatchWithIndex;
import org.rocksdb.WriteOptions;

/**
 * This edge's copy of {@code filcdn.access.*}: what payers say of who may fetch, in RocksDB. It is
 * followed apart from the index, so that a key that is taken back does not wait behind millions of
 * placements. Safe for use by several threads.
 */
public final class AccessReplica implements TopicReplica, AutoCloseable {

  /** The topics that it is a copy of. */
  public static final Feed FEED = new Feed("access", List.of(Topic.KEYS, Topic.POLICIES), 2_000);

  private static final Logger LOG = Logger.getLogger(AccessReplica.class);

  private static final List<String> TABLES = List.of("default", "keys", "policies", "offsets");
  private static final byte[] FOLLOWED_AT = bytes("followed-at");

  /** For an id that nobody has, one in a hundred look-ups reads the disk. */
  private static final int BITS_A_KEY = 10;

  private static final long WRITE_BUFFER = 8L << 20;

  private final RocksDB db;
  private final List<ColumnFamilyHandle> tables;
  private final ColumnFamilyHandle offsets;
  private final KeyTable keys;
  private final PolicyTable policies;
  private final List<AbstractImmutableNativeReference> resources;

  /** Held to read while the database is used, to write while it is closed. */
  private final ReadWriteLock open = new ReentrantReadWriteLock();

  private boolean closed;

  private AccessReplica(
      RocksDB db,
      List<ColumnFamilyHandle> tables,
      List<AbstractImmutableNativeReference> resources) {
    this.db = db;
    this.tables = tables;
    this.keys = new KeyTable(db, tables.get(TABLES.indexOf("keys")));
    this.policies = new PolicyTable(db, tables.get(TABLES.indexOf("policies")));
    this.offsets = tables.get(TABLES.indexOf("offsets"));
    this.resources = resources;
  }

  /**
   * Opens the replica in {@code folder}.
   *
   * @throws IllegalStateException where the folder cannot be opened
   */
  public static AccessReplica open(Path folder) {
    RocksDB.loadLibrary();
    BloomFilter filter = new BloomFilter(BITS_A_KEY);
    ColumnFamilyOptions family =
        new ColumnFamilyOptions()
            .setWriteBufferSize(WRITE_BUFFER)
            .setTableFormatConfig(new BlockBasedTableConfig().setFilterPolicy(filter));
    DBOptions options =
        new DBOptions()
            .setCreateIfMissing(true)
            .setCreateMissingColumnFamilies(true)
            .setMaxOpenFiles(256)
            .setKeepLogFileNum(2);
    List<ColumnFamilyDescriptor> families =
        TABLES.stream().map(name -> new ColumnFamilyDescriptor(bytes(name), family)).toList();
    List<ColumnFamilyHandle> tables = new ArrayList<>();
    try {
      RocksDB db = RocksDB.open(options, folder.toString(), families, tables);
      return new AccessReplica(db, tables, List.of(options, family, filter));
    } catch (RocksDBException e) {
      options.close();
      family.close();
      filter.close();
      throw new IllegalStateException("the access replica in " + folder + " cannot be opened", e);
    }
  }

  /** A use of the database. */
  private interface Use<T> {
    T get() throws RocksDBException;
  }

  private <T> T use(Use<T> use) {
    open.readLock().lock();
    try {
      if (closed) {
        throw new IllegalStateException("the access replica is closed");
      }
      return use.get();
    } catch (RocksDBException e) {
      throw new IllegalStateException("the access replica cannot be read or written", e);
    } finally {
      open.readLock().unlock();
    }
  }

  /** The keys of payers. */
  KeyTable keys() {
    return keys;
  }

  /**
   * Looks a key up, on disk where it has to.
   *
   * @throws IllegalStateException where the disk cannot be read
   */
  KeyLookup find(KeyId id) {
    return use(() -> keys.find(id));
  }

  /**
   * Looks the policy of a payer's data set up: in memory as a rule, else on disk, which a Bloom
   * filter spares those that have none.
   *
   * @throws IllegalStateException where the disk cannot be read
   */
  PolicyLookup policy(Address payer, DataSetId dataSet) {
    return policies.hasSome() ? use(() -> policies.find(payer, dataSet)) : PolicyLookup.NONE;
  }

  /** True where a policy has been told of with this serial, or a higher one. */
  public boolean knows(PolicyKey name, long serial) {
    return use(() -> policies.serial(name)) >= serial;
  }

  /** True where a key has been told of, whatever becomes of it. */
  public boolean knows(KeyId id) {
    return !(find(id) instanceof KeyLookup.Unknown);
  }

  @Override
  public Map<TopicPartition, Long> offsets() {
    return use(
        () -> {
          Map<TopicPartition, Long> next = new HashMap<>();
          try (RocksIterator at = db.newIterator(offsets)) {
            for (at.seekToFirst(); at.isValid(); at.next()) {
              String key = new String(at.key(), StandardCharsets.UTF_8);
              int slash = key.lastIndexOf('/');
              if (slash > 0) {
                next.put(
                    new TopicPartition(
                        key.substring(0, slash), Integer.parseInt(key.substring(slash + 1))),
                    ByteBuffer.wrap(at.value()).getLong());
              }
            }
          }
          return next;
        });
  }

  @Override
  public Optional<Instant> followedAt() {
    return use(
        () ->
            Optional.ofNullable(db.get(offsets, FOLLOWED_AT))
                .map(value -> Instant.ofEpochMilli(ByteBuffer.wrap(value).getLong())));
  }

  @Override
  public void apply(
      List<ConsumerRecord<String, String>> records,
      Map<TopicPartition, Long> next,
      Optional<Instant> complete) {
    List<KeyTable.Change> ofKeys =
        TopicReplica.readable(
            of(Topic.KEYS, records),
            record -> KeyTable.Change.of(key(record), record.value()),
            LOG);
    List<PolicyTable.Change> ofPolicies =
        TopicReplica.readable(
            of(Topic.POLICIES, records),
            record -> PolicyTable.Change.of(key(record), record.value()),
            LOG);
    use(
        () -> {
          write(ofKeys, ofPolicies, next, complete);
          if (!ofPolicies.isEmpty()) {
            policies.changed();
          }
          return true;
        });
    ofKeys.forEach(change -> keys.changed(change.id()));
  }

  private static List<ConsumerRecord<String, String>> of(
      Topic topic, List<ConsumerRecord<String, String>> records) {
    return records.stream().filter(record -> record.topic().equals(topic.topicName())).toList();
  }

  private static String key(ConsumerRecord<String, String> record) {
    return Objects.requireNonNullElse(record.key(), "");
  }

  private void write(
      List<KeyTable.Change> ofKeys,
      List<PolicyTable.Change> ofPolicies,
      Map<TopicPartition, Long> next,
      Optional<Instant> complete)
      throws RocksDBException {
    try (WriteBatchWithIndex batch = new WriteBatchWithIndex(true);
        WriteOptions options = new WriteOptions()) {
      keys.write(batch, ofKeys);
      policies.write(batch, ofPolicies);
      for (var entry : next.entrySet()) {
        TopicPartition partition = entry.getKey();
        batch.put(
            offsets,
            bytes(partition.topic() + "/" + partition.partition()),
            number(entry.getValue()));
      }
      if (complete.isPresent()) {
        batch.put(offsets, FOLLOWED_AT, number(complete.get().toEpochMilli()));
      }
      db.write(options, batch);
    }
  }

  @Override
  public void clear() {
    use(
        () -> {
          for (ColumnFamilyHandle table : tables) {
            try (RocksIterator at = db.newIterator(table)) {
              at.seekToLast();
              if (at.isValid()) {
                byte[] last = at.key();
                db.deleteRange(table, new byte[0], last);
                db.delete(table, last);
              }
            }
          }
          policies.changed();
          return true;
        });
    keys.changed();
  }

  private static byte[] number(long value) {
    return ByteBuffer.allocate(Long.BYTES).putLong(value).array();
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  @Override
  public void close() {
    open.writeLock().lock();
    try {
      closed = true;
      tables.forEach(ColumnFamilyHandle::close);
      db.close();
      resources.forEach(AbstractImmutableNativeReference::close);
    } finally {
      open.writeLock().unlock();
    }
  }
}
