package io.filcdn.retrieval.admission;

import static org.assertj.core.api.Assertions.assertThat;

import io.filcdn.common.chain.Address;
import io.filcdn.common.chain.BlockNumber;
import io.filcdn.common.chain.Epoch;
import io.filcdn.common.index.AsOf;
import io.filcdn.common.index.DataSetRecord;
import io.filcdn.common.index.PlacementKey;
import io.filcdn.common.index.ProviderRecord;
import io.filcdn.common.network.Network;
import io.filcdn.common.network.NetworkFile;
import io.filcdn.common.payment.DataSetId;
import io.filcdn.common.payment.PieceId;
import io.filcdn.common.payment.ProviderId;
import io.filcdn.common.payment.RailId;
import io.filcdn.common.piece.CommP;
import io.filcdn.common.piece.PieceCid;
import io.filcdn.common.piece.PieceName;
import io.filcdn.retrieval.origin.Origin;
import io.filcdn.retrieval.refusal.Refusal;
import io.filcdn.retrieval.usage.Quota;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Which data sets can pay for what is served now, by their index records alone. */
class AdmissionTest {

  private static final Network NETWORK =
      NetworkFile.read(Path.of("../deploy/networks/mainnet.json"));
  private static final Address PAYER = Address.of("0x" + "aa".repeat(20));
  private static final PieceCid PIECE = new PieceCid(new CommP(1, 2, 3, 4), 5, 900);
  private static final ProviderId PROVIDER = ProviderId.of("fwss/1");
  private static final long NOW = 6_000_000;
  private static final long MARGIN = 2880;

  @TempDir Path folder;
  private IndexReplica replica;
  private Denylist denylist;
  private Admission admission;
  private Function<DataSetId, Optional<Epoch>> added = dataSet -> Optional.empty();

  @BeforeEach
  void open() {
    replica = IndexReplica.open(folder.resolve("replica"));
    denylist = Denylist.open(folder.resolve("denylist"));
    admission =
        new Admission(
            replica,
            denylist,
            Quota.UNLIMITED,
            NETWORK,
            new Admission.Rules(MARGIN, 1 << 20, true),
            Clock.fixed(NETWORK.timeOf(new Epoch(NOW)), ZoneOffset.UTC));
  }

  @AfterEach
  void close() {
    replica.close();
    denylist.close();
  }

  @ParameterizedTest(name = "rails of storage and CDN that end so long after now: {0}, {1}")
  @CsvSource(
      nullValues = "never",
      value = {
        "-1, never, rail-ended", // terminateService with the payer's signature, deleted or not
        "0, never, rail-ended",
        "2880, never, rail-ended",
        "2881, never, served",
        "never, 2880, rail-ended",
        "never, 2881, served",
        "2880, 9999, rail-ended",
        "9999, 2880, rail-ended",
        "9999, 9999, served",
        "never, never, served"
      })
  void noDataSetIsServedWhoseRailHasEndedOrSoonDoes(Long pdp, Long cdn, String outcome) {
    hold(dataSet(1, rail(pdp), rail(cdn), Optional.empty(), Optional.empty(), NOW));

    assertThat(outcome()).isEqualTo(outcome);
  }

  @ParameterizedTest(name = "last reported epoch {0} beyond now, in a record as of {1} beyond now")
  @CsvSource(
      nullValues = "none",
      value = {
        "none, 0, served",
        "-1, 0, served",
        "0, -5, served",
        "1, 0, report-blocked",
        "1000, 0, report-blocked",
        "9223372036848775807, 0, report-blocked", // 2^63 - 1 as an epoch, or more on chain
        "40, 41, served", // the chain is ahead of this clock
        "40, 39, report-blocked"
      })
  void noDataSetIsServedThatNoReportCanCoverNow(Long last, long asOf, String outcome) {
    Optional<Epoch> reported = Optional.ofNullable(last).map(epochs -> new Epoch(NOW + epochs));
    hold(dataSet(1, rail(null), rail(null), Optional.empty(), reported, NOW + asOf));

    assertThat(outcome()).isEqualTo(outcome);
  }

  @Test
  void aDataSetWhoseNumberCanStillBecomeAnothersWaits() {
    BlockNumber created = new BlockNumber(NOW - 3);
    hold(dataSet(1, rail(null), rail(null), Optional.of(created), Optional.empty(), NOW));

    assertThat(outcome()).isEqualTo("data-set-provisional");
    assertThat(Refusal.DATA_SET_PROVISIONAL.status()).isEqualTo(503);

    hold(dataSet(1, rail(null), rail(null), Optional.empty(), Optional.empty(), NOW));
    assertThat(outcome()).isEqualTo("served");
  }

  @Test
  void oneDataSetOfThePayersThatCanPayIsEnoughAndPaysAlone() {
    hold(
        dataSet(1, rail(-1L), rail(null), Optional.empty(), Optional.empty(), NOW),
        dataSet(2, rail(null), rail(null), Optional.empty(), Optional.of(new Epoch(NOW + 9)), NOW),
        dataSet(
            3, rail(null), rail(null), Optional.of(new BlockNumber(NOW)), Optional.empty(), NOW),
        dataSet(4, rail(null), rail(null), Optional.empty(), Optional.empty(), NOW));

    Admission.Decision.Admitted admitted =
        (Admission.Decision.Admitted) admission.admit(PAYER, PIECE);

    assertThat(admitted.payers()).containsExactly(DataSetId.of("fwss/4"));
    assertThat(admitted.origins())
        .extracting(Origin::dataSet)
        .containsExactly(DataSetId.of("fwss/4"));
  }

  @Test
  void aPieceIsAsOldAsThePayersFirstPlacementOfIt() {
    DataSetRecord first =
        dataSet(1, rail(null), rail(null), Optional.empty(), Optional.empty(), NOW);
    DataSetRecord second =
        dataSet(2, rail(null), rail(null), Optional.empty(), Optional.empty(), NOW);
    added = set -> Optional.of(new Epoch(set.number() == 1 ? NOW - 10 : NOW - 20));
    hold(first, second);

    assertThat(lastModified(PIECE)).contains(NETWORK.timeOf(new Epoch(NOW - 20)));
    // which may mean another piece tomorrow
    assertThat(lastModified(PIECE.commP())).isEmpty();
  }

  @Test
  void noPieceIsOfTheFutureOrOfATimeThatNothingTells() {
    DataSetRecord dataSet =
        dataSet(1, rail(null), rail(null), Optional.empty(), Optional.empty(), NOW);
    hold(dataSet);
    assertThat(lastModified(PIECE)).isEmpty();

    added = set -> Optional.of(new Epoch(NOW + 1));
    hold(dataSet);
    assertThat(lastModified(PIECE)).isEmpty();

    added = set -> Optional.of(new Epoch(NOW));
    hold(dataSet);
    assertThat(lastModified(PIECE)).contains(NETWORK.timeOf(new Epoch(NOW)));
  }

  private Optional<Instant> lastModified(PieceName piece) {
    return ((Admission.Decision.Admitted) admission.admit(PAYER, piece)).lastModified();
  }

  private String outcome() {
    return switch (admission.admit(PAYER, PIECE)) {
      case Admission.Decision.Admitted _ -> "served";
      case Admission.Decision.Refused refused -> refused.refusal().code();
    };
  }

  private void hold(DataSetRecord... dataSets) {
    List<IndexChange> changes = new ArrayList<>();
    changes.add(
        new IndexChange.Provider(
            new ProviderRecord(
                PROVIDER,
                Optional.of("https://pdp.example"),
                false,
                new AsOf(new BlockNumber(1), 1))));
    for (DataSetRecord dataSet : dataSets) {
      changes.add(new IndexChange.DataSet(dataSet));
      changes.add(
          new IndexChange.Placed(
              new PlacementKey(PIECE, PAYER, dataSet.dataSet(), new PieceId(1)),
              added.apply(dataSet.dataSet()),
              Optional.empty()));
    }
    replica.applyChanges(changes, Map.of(), Optional.of(Instant.EPOCH));
  }

  private static Optional<Epoch> rail(@org.jspecify.annotations.Nullable Long endsAfter) {
    return Optional.ofNullable(endsAfter).map(epochs -> new Epoch(NOW + epochs));
  }

  private static DataSetRecord dataSet(
      long number,
      Optional<Epoch> pdpEnd,
      Optional<Epoch> cdnEnd,
      Optional<BlockNumber> provisionalSince,
      Optional<Epoch> lastReported,
      long asOf) {
    return new DataSetRecord(
        DataSetId.of("fwss/" + number),
        PAYER,
        PROVIDER,
        PAYER,
        true,
        false,
        provisionalSince,
        Optional.empty(),
        Optional.of(new DataSetRecord.Rail(new RailId(number * 10 + 1), pdpEnd)),
        Optional.of(new DataSetRecord.Rail(new RailId(number * 10 + 2), Optional.empty())),
        Optional.of(new DataSetRecord.Rail(new RailId(number * 10 + 3), cdnEnd)),
        DataSetRecord.TopUps.NONE,
        DataSetRecord.Reported.NONE,
        lastReported,
        DataSetRecord.Settled.NONE,
        new AsOf(new BlockNumber(asOf), number));
  }
}
