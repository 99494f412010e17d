package io.filcdn.retrieval.admission;

import io.filcdn.common.chain.Address;
import io.filcdn.common.index.DataSetRecord;
import io.filcdn.common.index.PayerRecord;
import io.filcdn.common.index.PlacementKey;
import io.filcdn.common.index.ProviderRecord;
import io.filcdn.common.kafka.RecordJson;
import io.filcdn.common.kafka.Topic;
import io.filcdn.common.payment.DataSetId;
import io.filcdn.common.payment.ProviderId;
import io.filcdn.common.piece.PieceCid;
import io.filcdn.common.piece.PieceName;
import io.filcdn.retrieval.database.Database;
import io.filcdn.retrieval.database.Opened;
import io.filcdn.retrieval.follow.OffsetTable;
import io.filcdn.retrieval.follow.ReplicaFollower.Feed;
import io.filcdn.retrieval.follow.TopicReplica;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.jboss.logging.Logger;
import org.rocksdb.RocksDBException;
import org.rocksdb.RocksIterator;
import org.rocksdb.WriteBatch;
import org.rocksdb.WriteOptions;

/**
 * This edge's copy of the index: RocksDB on disk, from which it serves with everything else down.
 * Each batch of changes is written together with the Kafka offsets behind it, so a restart goes on
 * exactly where it stopped. Placements are many and are looked up on disk; data sets, providers and
 * payers are few and are held in memory too.
 */
public final class IndexReplica implements TopicReplica, AutoCloseable {

  /** The topics that it is a copy of. */
  public static final Feed FEED =
      new Feed(
          "index",
          List.of(Topic.PLACEMENTS, Topic.DATA_SETS, Topic.PROVIDERS, Topic.PAYERS),
          2_000);

  private static final Logger LOG = Logger.getLogger(IndexReplica.class);

  private static final String DATA_SETS = "data-sets";
  private static final String PROVIDERS = "providers";
  private static final String PAYERS = "payers";

  private static final List<String> TABLES =
      List.of("default", PlacementTable.NAME, DATA_SETS, PROVIDERS, PAYERS, OffsetTable.NAME);

  private static final Database.Shape SHAPE =
      new Database.Shape("index replica", TABLES, 8L << 20, 0);

  private final Database database;
  private final PlacementTable placements;
  private final OffsetTable offsets;
  private final Map<DataSetId, DataSetRecord> dataSets = new ConcurrentHashMap<>();
  private final Map<ProviderId, ProviderRecord> providers = new ConcurrentHashMap<>();
  private final Map<Address, PayerRecord> payers = new ConcurrentHashMap<>();

  private volatile Consumer<PieceName> placementListener = piece -> {};
  private volatile Consumer<ProviderId> providerListener = provider -> {};

  private IndexReplica(Database database) {
    this.database = database;
    this.placements = new PlacementTable(database);
    this.offsets = new OffsetTable(database);
  }

  /**
   * Opens the replica in {@code folder}.
   *
   * @throws IllegalStateException where the folder cannot be opened
   */
  public static IndexReplica open(Path folder) {
    IndexReplica replica = new IndexReplica(Database.open(folder, SHAPE));
    replica.load();
    replica.database.listen(replica::openedAnew);
    return replica;
  }

  /** Has changes that are on the disk after all, though they were refused, in memory too. */
  private void openedAnew() {
    placements.changed();
    load();
  }

  private void load() {
    scan(
        DATA_SETS,
        (key, value) ->
            dataSets.put(DataSetId.of(key), RecordJson.read(value, DataSetRecord.class)));
    scan(
        PROVIDERS,
        (key, value) ->
            providers.put(ProviderId.of(key), RecordJson.read(value, ProviderRecord.class)));
    scan(
        PAYERS,
        (key, value) -> payers.put(Address.of(key), RecordJson.read(value, PayerRecord.class)));
  }

  /**
   * Tells of each change of where a piece is, and of each change of a provider, once it is in the
   * replica. The listeners must not block.
   */
  public void listen(Consumer<PieceName> placements, Consumer<ProviderId> providers) {
    placementListener = placements;
    providerListener = providers;
  }

  /** The payer's placements of a piece. */
  List<PlacementTable.Placement> placements(PieceName piece, Address payer) {
    return placements.find(piece, payer);
  }

  /** True where the payer's placement of a piece in a data set, and the data set, are known. */
  public boolean holds(PieceName piece, Address payer, DataSetId dataSet) {
    return dataSets.containsKey(dataSet)
        && placements(piece, payer).stream().anyMatch(p -> p.dataSet().equals(dataSet));
  }

  /** True where the payer has something with the piece's root whose size is not known. */
  boolean hasUnsized(PieceName piece, Address payer) {
    return placements.hasUnsized(piece, payer);
  }

  /** True where any payer has a piece. */
  boolean isKnown(PieceName piece) {
    return placements.isKnown(piece);
  }

  /** True where any payer has a piece by its size, and not by its root alone. */
  boolean isSized(PieceCid piece) {
    return placements.isSized(piece);
  }

  /** The data set, where the index tells of it. */
  Optional<DataSetRecord> dataSet(DataSetId id) {
    return Optional.ofNullable(dataSets.get(id));
  }

  /** The payer of a data set, where the index tells of it. */
  public Optional<Address> payer(DataSetId id) {
    return dataSet(id).map(DataSetRecord::payer);
  }

  /** The provider, where the index tells of it. */
  Optional<ProviderRecord> provider(ProviderId id) {
    return Optional.ofNullable(providers.get(id));
  }

  /**
   * True where the payer may not be served.
   *
   * @param trusted what holds of payers whom no screening has looked at
   */
  boolean isSanctioned(Address payer, boolean trusted) {
    PayerRecord record = payers.get(payer);
    return record == null || record.screenedAt().isEmpty() ? !trusted : record.sanctioned();
  }

  /** The number of data sets that are known. */
  public int dataSets() {
    return dataSets.size();
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
    applyChanges(TopicReplica.readable(records, IndexChange::of, LOG), next, complete);
  }

  /** Applies changes together with the offsets behind them. */
  void applyChanges(
      List<IndexChange> changes, Map<TopicPartition, Long> next, Optional<Instant> complete) {
    database.write(
        opened -> {
          try (WriteBatch batch = new WriteBatch();
              WriteOptions options = new WriteOptions()) {
            for (IndexChange change : changes) {
              write(opened, batch, change);
            }
            OffsetTable.write(opened, batch, next, complete);
            opened.db().write(options, batch);
            return true;
          }
        });
    changes.forEach(this::remember);
  }

  private void write(Opened opened, WriteBatch batch, IndexChange change) throws RocksDBException {
    switch (change) {
      case IndexChange.Placed placed ->
          placements.put(opened, batch, placed.key(), placed.added(), placed.label());
      case IndexChange.Removed(PlacementKey key) -> placements.delete(opened, batch, key);
      case IndexChange.DataSet(DataSetRecord record) ->
          batch.put(
              opened.table(DATA_SETS),
              bytes(record.dataSet().toString()),
              bytes(RecordJson.write(record)));
      case IndexChange.Provider(ProviderRecord record) ->
          batch.put(
              opened.table(PROVIDERS),
              bytes(record.provider().toString()),
              bytes(RecordJson.write(record)));
      case IndexChange.Payer(PayerRecord record) ->
          batch.put(
              opened.table(PAYERS),
              bytes(record.payer().toString()),
              bytes(RecordJson.write(record)));
    }
  }

  private void remember(IndexChange change) {
    switch (change) {
      case IndexChange.Placed placed -> moved(placed.key());
      case IndexChange.Removed(PlacementKey key) -> moved(key);
      case IndexChange.DataSet(DataSetRecord record) -> dataSets.put(record.dataSet(), record);
      case IndexChange.Provider(ProviderRecord record) -> {
        providers.put(record.provider(), record);
        providerListener.accept(record.provider());
      }
      case IndexChange.Payer(PayerRecord record) -> payers.put(record.payer(), record);
    }
  }

  private void moved(PlacementKey key) {
    placements.changed(key);
    placementListener.accept(key.pieceCid());
  }

  @Override
  public void clear() {
    database.write(
        opened -> {
          for (String table : TABLES) {
            opened.clear(table);
          }
          return true;
        });
    placements.changed();
    dataSets.clear();
    providers.clear();
    payers.clear();
  }

  private void scan(String table, BiConsumer<String, String> row) {
    database.read(
        opened -> {
          try (RocksIterator at = opened.rows(table)) {
            for (at.seekToFirst(); at.isValid(); at.next()) {
              row.accept(text(at.key()), text(at.value()));
            }
            return true;
          }
        });
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static String text(byte[] bytes) {
    return new String(bytes, StandardCharsets.UTF_8);
  }

  @Override
  public void close() {
    database.close();
  }
}
