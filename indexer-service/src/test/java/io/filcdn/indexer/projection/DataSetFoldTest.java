package io.filcdn.indexer.projection;

import static org.assertj.core.api.Assertions.assertThat;

import io.filcdn.common.chain.Address;
import io.filcdn.common.chain.BlockNumber;
import io.filcdn.common.chain.Epoch;
import io.filcdn.common.index.AsOf;
import io.filcdn.common.index.DataSetRecord;
import io.filcdn.common.index.DataSetRecord.Rail;
import io.filcdn.common.index.DataSetRecord.Reported;
import io.filcdn.common.index.DataSetRecord.Settled;
import io.filcdn.common.index.DataSetRecord.TopUps;
import io.filcdn.common.payment.DataSetId;
import io.filcdn.common.payment.ProviderId;
import io.filcdn.common.payment.RailId;
import io.filcdn.common.payment.TokenAmount;
import io.filcdn.common.piece.ByteCount;
import io.filcdn.indexer.chain.ChainEvent;
import io.filcdn.indexer.chain.LoggedEvent;
import io.filcdn.indexer.fake.Contracts;
import io.filcdn.indexer.store.Checkpoint;
import java.lang.reflect.RecordComponent;
import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.function.Predicate;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class DataSetFoldTest {

  private static final DataSetId ID = DataSetId.of("fwss/12");
  private static final AsOf AS_OF = new AsOf(new BlockNumber(50), 831);
  private static final Address PAYER = Contracts.numbered(5);
  private static final RailId PDP = new RailId(121);
  private static final RailId CACHE_MISS = new RailId(122);
  private static final RailId CDN = new RailId(123);
  private static final ChainEvent CREATED = created(Map.of("withCDN", ""));
  private static final ChainEvent TOP_UP =
      new ChainEvent.CDNPaymentRailsToppedUp(ID, TokenAmount.of(70), TokenAmount.of(30));

  private final DataSetFold fold =
      new DataSetFold(Contracts.network(URI.create("http://127.0.0.1:1")));

  @Test
  void aNewDataSetHasItsFactsAndTheTopUpThatCameBeforeIt() {
    assertThat(folded(new History().block(5, TOP_UP, CREATED)))
        .isEqualTo(
            new DataSetRecord(
                ID,
                PAYER,
                ProviderId.fwss(3),
                Contracts.payee(3),
                true,
                false,
                Optional.of(new Rail(PDP, Optional.empty())),
                Optional.of(new Rail(CACHE_MISS, Optional.empty())),
                Optional.of(new Rail(CDN, Optional.empty())),
                new TopUps(
                    TokenAmount.of(70), TokenAmount.ZERO, TokenAmount.of(30), TokenAmount.ZERO),
                Reported.NONE,
                Optional.empty(),
                Settled.NONE,
                AS_OF));
  }

  @Test
  void withoutACreationThereIsNoDataSet() {
    History history = new History().block(5, TOP_UP).block(6, report(Contracts.OPERATOR, 4, 1, 1));

    assertThat(folded(history, _ -> true, _ -> true)).isEmpty();
  }

  @Test
  void theCdnIsOffWithoutItsMetadataKey() {
    assertThat(folded(new History().block(5, created(Map.of("withIPFSIndexing", "")))).withCdn())
        .isFalse();
    assertThat(folded(new History().block(5, created(Map.of("withCDN", "false")))).withCdn())
        .isTrue();
  }

  @Test
  void endingTheServiceLeavesTheCdnOn() {
    DataSetRecord record =
        folded(
            new History()
                .block(5, CREATED)
                .block(
                    6,
                    new ChainEvent.ServiceTerminated(ID),
                    new ChainEvent.RailTerminated(PDP, new Epoch(900)),
                    new ChainEvent.PDPPaymentTerminated(ID, new Epoch(900), PDP)));

    assertThat(record.withCdn()).isTrue();
    assertThat(record.pdpRail()).contains(new Rail(PDP, Optional.of(new Epoch(900))));
    assertThat(record.cdnRail()).contains(new Rail(CDN, Optional.empty()));
  }

  @Test
  void endingTheCdnSwitchesItOffAndItsRailsEndWhenPaySaysSo() {
    DataSetRecord record =
        folded(
            new History()
                .block(5, CREATED)
                .block(
                    6,
                    new ChainEvent.RailTerminated(CACHE_MISS, new Epoch(910)),
                    new ChainEvent.RailTerminated(CDN, new Epoch(920)),
                    new ChainEvent.CDNServiceTerminated(ID)));

    assertThat(record.withCdn()).isFalse();
    assertThat(record.cacheMissRail()).contains(new Rail(CACHE_MISS, Optional.of(new Epoch(910))));
    assertThat(record.cdnRail()).contains(new Rail(CDN, Optional.of(new Epoch(920))));
  }

  @Test
  void aPayerWhoEndsTheRailDirectlyLeavesTheFlagOn() {
    DataSetRecord record =
        folded(
            new History()
                .block(5, CREATED)
                .block(6, new ChainEvent.RailTerminated(CDN, new Epoch(920))));

    assertThat(record.withCdn()).isTrue();
    assertThat(record.cdnRail()).contains(new Rail(CDN, Optional.of(new Epoch(920))));
  }

  @Test
  void aFinalisedRailHasEnded() {
    History untimely = new History().block(5, CREATED).block(6, new ChainEvent.RailFinalized(CDN));
    History timely =
        new History()
            .block(5, CREATED)
            .block(6, new ChainEvent.RailTerminated(CDN, new Epoch(20)))
            .block(30, new ChainEvent.RailFinalized(CDN));

    assertThat(folded(untimely).cdnRail()).contains(new Rail(CDN, Optional.of(new Epoch(6))));
    assertThat(folded(timely).cdnRail()).contains(new Rail(CDN, Optional.of(new Epoch(20))));
  }

  @Test
  void aDeletedOrAbandonedDataSetStaysAndTellsWhatItWas() {
    for (ChainEvent end :
        new ChainEvent[] {new ChainEvent.DataSetDeleted(ID), new ChainEvent.DataSetAbandoned(ID)}) {
      DataSetRecord record = folded(new History().block(5, TOP_UP, CREATED).block(6, end));

      assertThat(record.deleted()).isTrue();
      assertThat(record.withCdn()).isFalse();
      assertThat(record.topUps().cdnFinal()).isEqualTo(TokenAmount.of(70));
    }
  }

  @Test
  void moneyAndReportsAreUnfinalUntilTheirBlockIsFinal() {
    History history =
        new History()
            .block(30, TOP_UP, CREATED)
            .block(31, report(Contracts.OPERATOR, 30, 1000, 10))
            .block(40, TOP_UP, report(Contracts.OPERATOR, 39, 500, 5));

    DataSetRecord half = folded(history, block -> block.value() <= 31, _ -> true).orElseThrow();

    assertThat(half.topUps())
        .isEqualTo(
            new TopUps(
                TokenAmount.of(70), TokenAmount.of(70), TokenAmount.of(30), TokenAmount.of(30)));
    assertThat(half.reported())
        .isEqualTo(
            new Reported(ByteCount.of(1000), ByteCount.of(500), ByteCount.of(10), ByteCount.of(5)));
    assertThat(folded(history).reported().cdnBytes()).isEqualTo(half.reported().cdnBytes());
  }

  @Test
  void reportsCountForAnOperatorInOffice() {
    long last = Contracts.PAST_OPERATOR_UNTIL;
    DataSetRecord record =
        folded(
            new History()
                .block(2, CREATED, report(Contracts.PAST_OPERATOR, 1, 1, 1))
                .block(last, report(Contracts.PAST_OPERATOR, 19, 20, 2))
                .block(last, report(Contracts.OPERATOR, 15, 300, 3))
                .block(last + 1, report(Contracts.PAST_OPERATOR, 20, 4000, 4))
                .block(last + 1, report(Contracts.OPERATOR, 18, 50000, 5)));

    // of the last operator's only block in office, and the present one's: block 2 is too early
    assertThat(record.reported().cdnBytes()).isEqualTo(ByteCount.of(50020));
    assertThat(record.reported().cacheMissBytes()).isEqualTo(ByteCount.of(7));
  }

  @Test
  void theLastReportedEpochIsThePresentOperatorsWhetherItCountsOrNot() {
    DataSetRecord record =
        folded(
            new History()
                .block(2, CREATED, report(Contracts.OPERATOR, 18, 1, 1))
                .block(3, report(Contracts.PAST_OPERATOR, 400, 1, 1))
                .block(30, report(Contracts.OPERATOR, 12, 1, 1)));

    assertThat(record.lastReportedEpoch()).contains(new Epoch(18));
  }

  @Test
  void aDataSetIsProvisionalUntilItsCreationIsDeepEnough() {
    History history = new History().block(30, TOP_UP, CREATED).block(50, TOP_UP);

    assertThat(provisionalSince(history, 29)).contains(new BlockNumber(30));
    assertThat(provisionalSince(history, 30)).isEmpty();
  }

  private Optional<BlockNumber> provisionalSince(History history, long deepest) {
    return folded(history, _ -> false, block -> block.value() <= deepest)
        .orElseThrow()
        .provisionalSince();
  }

  @Test
  void aDataSetIsGatedByItsMetadata() {
    ChainEvent gated = created(Map.of("withCDN", "", "withRetrievalACL", ""));

    assertThat(folded(new History().block(30, gated)).gate())
        .contains(DataSetRecord.Gate.CURIO_RETRIEVAL);
    assertThat(folded(new History().block(30, CREATED)).gate()).isEmpty();
  }

  @Test
  void reportsOfMoreThanCanBeToldOverflowNoSum() {
    long most = 1L << 62;
    DataSetRecord record =
        folded(
            new History()
                .block(30, CREATED, report(Contracts.OPERATOR, 29, Long.MAX_VALUE, 7))
                .block(31, report(Contracts.OPERATOR, 30, Long.MAX_VALUE, Long.MAX_VALUE)));

    assertThat(record.reported().cdnBytes()).isEqualTo(ByteCount.of(most));
    assertThat(record.reported().cacheMissBytes()).isEqualTo(ByteCount.of(most));
  }

  @Test
  void settlementsAddUp() {
    DataSetRecord record =
        folded(
            new History()
                .block(5, CREATED)
                .block(6, new ChainEvent.CDNSettlement(ID, TokenAmount.of(5)))
                .block(
                    7,
                    new ChainEvent.CDNSettlement(ID, TokenAmount.of(6)),
                    new ChainEvent.CacheMissSettlement(ID, TokenAmount.of(1))));

    assertThat(record.settled()).isEqualTo(new Settled(TokenAmount.of(11), TokenAmount.of(1)));
  }

  @Test
  void theSameHistoryFoldsToTheSameAgain() {
    History history =
        new History().block(5, TOP_UP, CREATED).block(9, report(Contracts.OPERATOR, 8, 7, 7));

    assertThat(folded(history)).isEqualTo(folded(history));
  }

  @ParameterizedTest
  @MethodSource("seeds")
  void goingOnFromACheckpointIsFoldingAll(long seed) {
    Random random = new Random(seed);
    History history = new History();
    Optional<Checkpoint> checkpoint = Optional.empty();
    long lastFinal = 0;
    for (long head = 1; head <= 60; head++) {
      history.block(head, randomEvents(random));
      lastFinal =
          random.nextInt(4) == 0 ? lastFinal + random.nextLong(head - lastFinal + 1) : lastFinal;
      BlockNumber last = new BlockNumber(lastFinal);
      Predicate<BlockNumber> isFinal = block -> block.compareTo(last) <= 0;

      DataSetFold.State goingOn = fold.begin(ID, checkpoint, isFinal);
      history.events().stream()
          .filter(event -> isAfter(event, goingOn.upTo()))
          .forEach(goingOn::take);

      assertThat(goingOn.record(isFinal, AS_OF))
          .isEqualTo(folded(history.events(), isFinal, isFinal));
      if (goingOn.checkpoint().isPresent()) {
        checkpoint = goingOn.checkpoint();
      }
    }
    assertThat(checkpoint).isPresent();
  }

  /**
   * A change of what a checkpoint holds takes another last word of the rules: old ones are let go.
   */
  @Test
  void aCheckpointHoldsWhatItsRulesStandFor() {
    assertThat(fold.rules()).endsWith(", gates known");
    assertThat(FoldedDataSet.class.getRecordComponents())
        .extracting(RecordComponent::getName)
        .containsExactly(
            "created",
            "createdIn",
            "provider",
            "cdnEnded",
            "deleted",
            "railEnds",
            "topUps",
            "reported",
            "lastReportedEpoch",
            "settled");
  }

  static LongStream seeds() {
    return LongStream.rangeClosed(1, 100);
  }

  private static boolean isAfter(LoggedEvent event, Optional<BlockNumber> place) {
    return place.isEmpty() || event.position().block().compareTo(place.get()) > 0;
  }

  private static ChainEvent[] randomEvents(Random random) {
    return Stream.generate(() -> randomEvent(random))
        .limit(random.nextInt(3))
        .toArray(ChainEvent[]::new);
  }

  private static ChainEvent randomEvent(Random random) {
    Address operator = random.nextBoolean() ? Contracts.OPERATOR : Contracts.PAST_OPERATOR;
    RailId rail = List.of(PDP, CACHE_MISS, CDN).get(random.nextInt(3));
    return switch (random.nextInt(24)) {
      case 0, 1 -> CREATED;
      case 2 -> created(Map.of("withRetrievalACL", ""));
      case 3, 4, 5 -> TOP_UP;
      case 6 -> new ChainEvent.RailTerminated(rail, new Epoch(random.nextInt(90)));
      case 7 -> new ChainEvent.RailFinalized(rail);
      case 8 -> new ChainEvent.PDPPaymentTerminated(ID, new Epoch(random.nextInt(90)), PDP);
      case 9 -> new ChainEvent.StorageProviderChanged(ID, ProviderId.fwss(random.nextInt(5)));
      case 10, 11 -> new ChainEvent.CDNSettlement(ID, TokenAmount.of(random.nextInt(9)));
      case 12, 13 -> new ChainEvent.CacheMissSettlement(ID, TokenAmount.of(random.nextInt(9)));
      case 14 ->
          random.nextInt(4) == 0
              ? new ChainEvent.DataSetDeleted(ID)
              : new ChainEvent.ServiceTerminated(ID);
      case 15 ->
          random.nextInt(4) == 0
              ? new ChainEvent.CDNServiceTerminated(ID)
              : report(operator, random.nextInt(90), Long.MAX_VALUE / 3, 1);
      default -> report(operator, random.nextInt(90), random.nextInt(999), random.nextInt(99));
    };
  }

  private DataSetRecord folded(History history) {
    return folded(history, _ -> true, _ -> true).orElseThrow();
  }

  private Optional<DataSetRecord> folded(
      History history, Predicate<BlockNumber> isFinal, Predicate<BlockNumber> isDeep) {
    return folded(history.events(), isFinal, isDeep);
  }

  private Optional<DataSetRecord> folded(
      List<LoggedEvent> events, Predicate<BlockNumber> isFinal, Predicate<BlockNumber> isDeep) {
    DataSetFold.State state = fold.begin(ID, Optional.empty(), isFinal);
    events.forEach(state::take);
    return state.record(isDeep, AS_OF);
  }

  private static ChainEvent created(Map<String, String> metadata) {
    return new ChainEvent.DataSetCreated(
        ID,
        ProviderId.fwss(3),
        Optional.of(PDP),
        Optional.of(CACHE_MISS),
        Optional.of(CDN),
        PAYER,
        Contracts.payee(3),
        metadata);
  }

  private static ChainEvent report(Address operator, long toEpoch, long cdn, long cacheMiss) {
    return new ChainEvent.UsageReported(
        ID, operator, new Epoch(0), new Epoch(toEpoch), ByteCount.of(cdn), ByteCount.of(cacheMiss));
  }
}
