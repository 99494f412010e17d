package io.filcdn.retrieval.admission;

import static org.assertj.core.api.Assertions.assertThat;

import io.filcdn.common.chain.Address;
import io.filcdn.common.chain.BlockNumber;
import io.filcdn.common.chain.Epoch;
import io.filcdn.common.index.AsOf;
import io.filcdn.common.index.PlacementKey;
import io.filcdn.common.index.ProviderRecord;
import io.filcdn.common.kafka.RecordJson;
import io.filcdn.common.kafka.Topic;
import io.filcdn.common.payment.DataSetId;
import io.filcdn.common.payment.PieceId;
import io.filcdn.common.payment.ProviderId;
import io.filcdn.common.piece.CommP;
import io.filcdn.common.piece.PieceCid;
import io.filcdn.common.piece.PieceName;
import io.filcdn.retrieval.admission.PlacementTable.Placement;
import io.filcdn.retrieval.media.PieceLabel;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class IndexReplicaTest {

  private static final Address PAYER = Address.of("0x" + "aa".repeat(20));
  private static final Address OTHER = Address.of("0x" + "ff".repeat(20));
  private static final CommP ROOT = new CommP(-1, -1, -1, -1);
  private static final PieceCid SHORT = new PieceCid(ROOT, 5, 900);
  private static final PieceCid LONG = new PieceCid(ROOT, 5, 950);
  private static final TopicPartition PARTITION = new TopicPartition("t", 3);
  private static final Instant NOW = Instant.ofEpochMilli(1_000);
  private static final Optional<Epoch> ADDED = Optional.of(new Epoch(7));

  @TempDir Path folder;

  private static IndexChange.Placed placed(PieceName piece, Address payer, int dataSet) {
    return new IndexChange.Placed(key(piece, payer, dataSet), ADDED, Optional.empty());
  }

  private static PlacementKey key(PieceName piece, Address payer, int dataSet) {
    return new PlacementKey(piece, payer, DataSetId.of("fwss/" + dataSet), new PieceId(1));
  }

  private static Placement placement(PieceCid piece, int dataSet) {
    return placement(piece, dataSet, true);
  }

  private static Placement placement(PieceCid piece, int dataSet, boolean sized) {
    return new Placement(piece, DataSetId.of("fwss/" + dataSet), sized, ADDED, Optional.empty());
  }

  @Test
  void whatMetadataSaysOfAPieceOutlivesARestart() {
    Optional<PieceLabel> label =
        PieceLabel.of(Map.of("filename", "Grüße.csv", "contentType", "text/csv"));
    Optional<PieceLabel> nameless = PieceLabel.of(Map.of("contentType", "text/csv"));
    try (IndexReplica replica = IndexReplica.open(folder)) {
      replica.applyChanges(
          List.of(
              new IndexChange.Placed(key(LONG, PAYER, 1), ADDED, label),
              new IndexChange.Placed(key(LONG, PAYER, 2), Optional.empty(), nameless),
              placed(LONG, PAYER, 3)),
          Map.of(),
          Optional.of(NOW));
    }

    try (IndexReplica replica = IndexReplica.open(folder)) {
      assertThat(replica.placements(LONG, PAYER))
          .extracting(Placement::label)
          .containsExactly(label, nameless, Optional.empty());
    }
  }

  @Test
  void aPieceIsFoundByBothNamesAndOnlyForItsPayer() {
    try (IndexReplica replica = IndexReplica.open(folder)) {
      replica.applyChanges(
          List.of(placed(LONG, PAYER, 1), placed(SHORT, PAYER, 2), placed(LONG, OTHER, 3)),
          Map.of(),
          Optional.of(NOW));

      assertThat(replica.placements(ROOT, PAYER))
          .containsExactly(placement(SHORT, 2), placement(LONG, 1));
      assertThat(replica.placements(LONG, PAYER)).containsExactly(placement(LONG, 1));
      assertThat(replica.placements(SHORT, OTHER)).isEmpty();
      assertThat(replica.isKnown(SHORT)).isTrue();
      assertThat(replica.isKnown(new PieceCid(ROOT, 5, 951))).isFalse();
      assertThat(replica.isSized(SHORT)).isTrue();
      assertThat(replica.isSized(new PieceCid(ROOT, 6, 900))).isFalse();
    }
  }

  @Test
  void aPieceThatIsPlacedByItsRootAloneIsFoundByAnySize() {
    try (IndexReplica replica = IndexReplica.open(folder)) {
      replica.applyChanges(List.of(placed(ROOT, PAYER, 1)), Map.of(), Optional.of(NOW));

      assertThat(replica.placements(SHORT, PAYER)).containsExactly(placement(SHORT, 1, false));
      assertThat(replica.placements(ROOT, PAYER)).isEmpty();
      assertThat(replica.hasUnsized(ROOT, PAYER)).isTrue();
      assertThat(replica.hasUnsized(ROOT, OTHER)).isFalse();
      assertThat(replica.isKnown(SHORT)).isTrue();
      assertThat(replica.isSized(SHORT)).isFalse();
    }
  }

  @Test
  void whatIsRemovedIsNotFound() {
    try (IndexReplica replica = IndexReplica.open(folder)) {
      replica.applyChanges(
          List.of(
              placed(LONG, PAYER, 1),
              placed(LONG, PAYER, 2),
              new IndexChange.Removed(key(LONG, PAYER, 1))),
          Map.of(),
          Optional.of(NOW));

      assertThat(replica.placements(LONG, PAYER)).containsExactly(placement(LONG, 2));
    }
  }

  @Test
  void recordsAndTheOffsetsBehindThemOutliveARestartTogether() {
    ProviderRecord provider =
        new ProviderRecord(
            ProviderId.of("fwss/1"),
            Optional.of("https://p.example"),
            false,
            new AsOf(new BlockNumber(1), 1));
    try (IndexReplica replica = IndexReplica.open(folder)) {
      replica.applyChanges(
          List.of(placed(LONG, PAYER, 1), new IndexChange.Provider(provider)),
          Map.of(PARTITION, 42L),
          Optional.of(NOW));
    }

    try (IndexReplica replica = IndexReplica.open(folder)) {
      assertThat(replica.offsets()).containsExactly(Map.entry(PARTITION, 42L));
      assertThat(replica.followedAt()).contains(NOW);
      assertThat(replica.provider(provider.provider())).contains(provider);
      assertThat(replica.placements(LONG, PAYER)).containsExactly(placement(LONG, 1));
    }
  }

  @Test
  void afterAClearNothingIsLeft() {
    try (IndexReplica replica = IndexReplica.open(folder)) {
      replica.applyChanges(
          List.of(placed(LONG, PAYER, 1), placed(ROOT, OTHER, 2)),
          Map.of(PARTITION, 42L),
          Optional.of(NOW));

      replica.clear();

      assertThat(replica.offsets()).isEmpty();
      assertThat(replica.followedAt()).isEmpty();
      assertThat(replica.isKnown(ROOT)).isFalse();
    }
  }

  /** The texts that no record is, by the topics in which they stand. */
  private static Stream<Arguments> poison() {
    List<String> values =
        List.of(
            "",
            "no JSON",
            "null",
            "[]",
            "{}",
            "\u0000",
            "[".repeat(100_000),
            "{\"a\":".repeat(100_000),
            "{\"provider\":\"fwss/1\",\"removed\":false,\"asOf\":{\"block\":1e999999999,\"version\":1}}",
            "{\"provider\":\"fwss/%s\"}".formatted("9".repeat(2_000)),
            "{\"dataSet\":\"fwss/-1\"}",
            "{\"address\":7,\"sanctioned\":\"perhaps\"}");
    List<String> keys = List.of("", "x", "/", "////", key(LONG, PAYER, 9) + "/1", "a\n/b/c/d/e");
    return Stream.of(Topic.PLACEMENTS, Topic.DATA_SETS, Topic.PROVIDERS, Topic.PAYERS)
        .flatMap(
            topic ->
                Stream.concat(
                    values.stream().map(value -> record(topic, key(LONG, PAYER, 9), value)),
                    keys.stream().map(key -> record(topic, key, null))))
        .map(Arguments::of);
  }

  private static ConsumerRecord<String, String> record(
      Topic topic, Object key, @Nullable String value) {
    return new ConsumerRecord<>(topic.topicName(), 0, 0, key.toString(), value);
  }

  @ParameterizedTest
  @MethodSource("poison")
  void whatIsNoRecordIsPassedOverAndThoseAroundItCount(ConsumerRecord<String, String> poison) {
    ProviderRecord first = provider(1);
    ProviderRecord last = provider(2);
    try (IndexReplica replica = IndexReplica.open(folder)) {
      replica.apply(
          List.of(
              record(Topic.PROVIDERS, first.provider(), RecordJson.write(first)),
              poison,
              record(Topic.PROVIDERS, last.provider(), RecordJson.write(last))),
          Map.of(PARTITION, 3L),
          Optional.of(NOW));

      assertThat(replica.provider(first.provider())).contains(first);
      assertThat(replica.provider(last.provider())).contains(last);
      assertThat(replica.offsets()).containsExactly(Map.entry(PARTITION, 3L));
    }
  }

  private static ProviderRecord provider(int number) {
    return new ProviderRecord(
        ProviderId.of("fwss/" + number),
        Optional.of("https://p%d.example".formatted(number)),
        false,
        new AsOf(new BlockNumber(1), 1));
  }
}
