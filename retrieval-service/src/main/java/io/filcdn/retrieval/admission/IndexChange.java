package io.filcdn.retrieval.admission;

import io.filcdn.common.chain.Epoch;
import io.filcdn.common.index.DataSetRecord;
import io.filcdn.common.index.PayerRecord;
import io.filcdn.common.index.PlacementKey;
import io.filcdn.common.index.PlacementRecord;
import io.filcdn.common.index.ProviderRecord;
import io.filcdn.common.kafka.RecordJson;
import io.filcdn.common.kafka.Topic;
import io.filcdn.retrieval.media.PieceLabel;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/** The change that one record of the {@code filcdn.index.*} topics makes. */
sealed interface IndexChange {

  /**
   * A piece is in a data set.
   *
   * @param added the epoch in which it came there, where that is told
   * @param label what its metadata says that the piece is
   */
  record Placed(PlacementKey key, Optional<Epoch> added, Optional<PieceLabel> label)
      implements IndexChange {

    static Placed of(PlacementKey key, PlacementRecord placement) {
      return new Placed(key, placement.added(), PieceLabel.of(placement.metadata()));
    }
  }

  record Removed(PlacementKey key) implements IndexChange {}

  record DataSet(DataSetRecord record) implements IndexChange {}

  record Provider(ProviderRecord record) implements IndexChange {}

  record Payer(PayerRecord record) implements IndexChange {}

  /**
   * Reads a record.
   *
   * @throws IllegalArgumentException where it is none that its topic may hold
   */
  static IndexChange of(ConsumerRecord<String, String> record) {
    String value = record.value();
    if (record.topic().equals(Topic.Names.PLACEMENTS)) {
      PlacementKey key = PlacementKey.of(record.key());
      return value == null
          ? new Removed(key)
          : Placed.of(key, RecordJson.read(value, PlacementRecord.class));
    }
    if (value == null) {
      throw new IllegalArgumentException("expected a value, found a tombstone");
    }
    return switch (record.topic()) {
      case Topic.Names.DATA_SETS -> new DataSet(RecordJson.read(value, DataSetRecord.class));
      case Topic.Names.PROVIDERS -> new Provider(RecordJson.read(value, ProviderRecord.class));
      case Topic.Names.PAYERS -> new Payer(RecordJson.read(value, PayerRecord.class));
      default ->
          throw new IllegalArgumentException(
              "expected a topic of the index, found " + record.topic());
    };
  }
}
