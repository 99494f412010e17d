package io.filcdn.retrieval.access;

import io.filcdn.common.access.KeyId;
import io.filcdn.common.access.PolicyKey;
import io.filcdn.common.chain.Address;
import io.filcdn.common.kafka.Topic;
import io.filcdn.common.payment.DataSetId;
import io.filcdn.retrieval.database.Database;
import io.filcdn.retrieval.database.Opened;
import io.filcdn.retrieval.follow.OffsetTable;
import io.filcdn.retrieval.follow.ReplicaFollower.Feed;
import io.filcdn.retrieval.follow.TopicReplica;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.jboss.logging.Logger;
import org.rocksdb.RocksDBException;
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

  /** For an id that nobody has, one in a hundred look-ups reads the disk. */
  private static final int BITS_A_KEY = 10;

  private static final Database.Shape SHAPE =
      new Database.Shape(
          "access replica",
          List.of("default", KeyTable.NAME, PolicyTable.NAME, OffsetTable.NAME),
          8L << 20,
          BITS_A_KEY);

  private final Database database;
  private final KeyTable keys;
  private final PolicyTable policies;
  private final OffsetTable offsets;

  private AccessReplica(Database database) {
    this.database = database;
    this.keys = new KeyTable(database);
    this.policies = new PolicyTable(database);
    this.offsets = new OffsetTable(database);
    database.listen(this::lookUpAnew);
  }

  private void lookUpAnew() {
    policies.changed();
    keys.changed();
  }

  /**
   * Opens the replica in {@code folder}.
   *
   * @throws IllegalStateException where the folder cannot be opened
   */
  public static AccessReplica open(Path folder) {
    return new AccessReplica(Database.open(folder, SHAPE));
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
    return keys.find(id);
  }

  /**
   * Looks the policy of a payer's data set up: in memory as a rule, else on disk, which a Bloom
   * filter spares those that have none.
   *
   * @throws IllegalStateException where the disk cannot be read
   */
  PolicyLookup policy(Address payer, DataSetId dataSet) {
    return policies.hasSome() ? policies.find(payer, dataSet) : PolicyLookup.NONE;
  }

  /** True where a policy has been told of with this serial, or a higher one. */
  public boolean knows(PolicyKey name, long serial) {
    return policies.serial(name) >= serial;
  }

  /** True where a key has been told of, whatever becomes of it. */
  public boolean knows(KeyId id) {
    return !(find(id) instanceof KeyLookup.Unknown);
  }

  @Override
  public Map<TopicPartition, Long> offsets() {
    return offsets.read();
  }

  @Override
  public Optional<Instant> followedAt() {
    return offsets.followedAt();
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
    database.write(
        opened -> {
          write(opened, ofKeys, ofPolicies, next, complete);
          return true;
        });
    if (!ofPolicies.isEmpty()) {
      policies.changed();
    }
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
      Opened opened,
      List<KeyTable.Change> ofKeys,
      List<PolicyTable.Change> ofPolicies,
      Map<TopicPartition, Long> next,
      Optional<Instant> complete)
      throws RocksDBException {
    try (WriteBatchWithIndex batch = new WriteBatchWithIndex(true);
        WriteOptions options = new WriteOptions()) {
      keys.write(opened, batch, ofKeys);
      policies.write(opened, batch, ofPolicies);
      OffsetTable.write(opened, batch, next, complete);
      opened.db().write(options, batch);
    }
  }

  @Override
  public void clear() {
    database.write(
        opened -> {
          for (String table : List.of(KeyTable.NAME, PolicyTable.NAME, OffsetTable.NAME)) {
            opened.clear(table);
          }
          return true;
        });
    lookUpAnew();
  }

  @Override
  public void close() {
    database.close();
  }
}
