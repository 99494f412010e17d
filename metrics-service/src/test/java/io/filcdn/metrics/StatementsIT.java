package io.filcdn.metrics;

import static io.filcdn.metrics.Samples.DEVNET;
import static io.filcdn.metrics.Samples.NOON;
import static io.filcdn.metrics.Samples.PAYER;
import static io.filcdn.metrics.Samples.dataSet;
import static io.filcdn.metrics.Samples.indexed;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.filcdn.common.chain.BlockNumber;
import io.filcdn.common.chain.Epoch;
import io.filcdn.common.chain.TxHash;
import io.filcdn.common.egress.CacheOutcome;
import io.filcdn.common.egress.RetrievalRecord;
import io.filcdn.common.index.AsOf;
import io.filcdn.common.index.PlacementRecord;
import io.filcdn.common.payment.PieceId;
import io.filcdn.common.payment.ProviderId;
import io.filcdn.common.payment.TokenAmount;
import io.filcdn.common.piece.ByteCount;
import io.filcdn.common.piece.CommP;
import io.filcdn.common.piece.PieceCid;
import io.filcdn.common.usage.QuotaRecord.Kind;
import io.filcdn.common.usage.SettlementRecord;
import io.filcdn.metrics.pieces.LatencyScale;
import io.filcdn.metrics.pieces.PlacementChange;
import io.filcdn.metrics.pieces.PostgresAnswers;
import io.filcdn.metrics.pieces.PostgresAnswers.Answered;
import io.filcdn.metrics.pieces.PostgresPlacements;
import io.filcdn.metrics.pieces.PostgresPlacements.PlacedPiece;
import io.filcdn.metrics.pieces.PostgresPlacements.Stored;
import io.filcdn.metrics.pieces.PostgresPlacements.Uploads;
import io.filcdn.metrics.pieces.PostgresRetrievals;
import io.filcdn.metrics.pieces.PostgresRetrievals.RankedPiece;
import io.filcdn.metrics.quota.PostgresDataSets;
import io.filcdn.metrics.statement.PostgresSettlements;
import io.filcdn.metrics.statement.PostgresSettlements.Line;
import io.filcdn.metrics.statement.PostgresSettlements.Transaction;
import io.filcdn.metrics.statement.TransactionPlace;
import io.filcdn.service.database.Database;
import java.math.BigInteger;
import java.sql.PreparedStatement;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What is kept of settlements, placements and single retrievals, against real tables. */
class StatementsIT {

  private static final TestStack stack = new TestStack();
  private static final LocalDate TODAY = NOON.atOffset(ZoneOffset.UTC).toLocalDate();

  private final Database database = new Database(stack.dataSource());
  private final PostgresSettlements settlements = new PostgresSettlements(DEVNET);
  private final PostgresPlacements placements = new PostgresPlacements();
  private final PostgresRetrievals retrievals = new PostgresRetrievals();
  private final PostgresAnswers answers = new PostgresAnswers();

  @BeforeEach
  void forget() {
    stack.forget();
  }

  @AfterAll
  static void closeStack() {
    stack.close();
  }

  @Test
  void aProvidersLinesAreWhatWasReportedAndPaidWithinTheEpochs() {
    database.run(c -> new PostgresDataSets().keepNewer(c, List.of(indexed(7, 1), indexed(8, 2))));
    List<SettlementRecord> records =
        List.of(
            reported(1, 7, 100, 1000, 300),
            reported(2, 7, 101, 2000, 500),
            reported(2, 8, 101, 9, 9),
            reported(3, 7, 102, 4000, 700),
            reported(3, 99, 101, 1, 1),
            settled(4, 7, Kind.CACHE_MISS, 101, 5555),
            settled(5, 7, Kind.CDN, 101, 7777));

    database.run(c -> settlements.keep(c, records));
    database.run(c -> settlements.keep(c, records));

    assertThat(lines(100, 101))
        .containsExactly(
            new Line(dataSet(7), ByteCount.of(800), TokenAmount.of(5555)),
            new Line(dataSet(8), ByteCount.of(9), TokenAmount.ZERO));
    assertThat(lines(102, 200))
        .containsExactly(new Line(dataSet(7), ByteCount.of(700), TokenAmount.ZERO));
  }

  @Test
  void aDataSetsTransactionsComeTheNewestFirst() {
    database.run(
        c ->
            settlements.keep(
                c,
                List.of(
                    reported(1, 7, 100, 1000, 300),
                    reported(2, 7, 101, 2000, 500),
                    reported(3, 8, 101, 9, 9),
                    settled(4, 7, Kind.CACHE_MISS, 101, 5555),
                    settled(4, 7, Kind.CDN, 101, 7777))));

    List<Transaction> newest = transactions(TransactionPlace.START);

    assertThat(newest)
        .containsExactly(
            transaction(4, 101, 0, 0, 7777, 5555), transaction(2, 101, 2000, 500, 0, 0));
    assertThat(transactions(TransactionPlace.of(newest.getLast().place().toString())))
        .containsExactly(transaction(1, 100, 1000, 300, 0, 0));
  }

  private List<Transaction> transactions(TransactionPlace after) {
    return database.call(c -> settlements.transactions(c, dataSet(7), after, 2));
  }

  private static Transaction transaction(
      int tx, long epoch, long cdn, long cacheMiss, long cdnPaid, long cacheMissPaid) {
    return new Transaction(
        hash(tx),
        new Epoch(epoch),
        BigInteger.valueOf(cdn),
        BigInteger.valueOf(cacheMiss),
        TokenAmount.of(cdnPaid),
        TokenAmount.of(cacheMissPaid));
  }

  @Test
  void whatAPayerPlacedIsKeptOnceAndLeavesWithItsTombstone() {
    PlacementChange first = placing(1, 1000);
    PlacementChange second = placing(2, 500);

    keep(first, second);
    keep(first);
    assertThat(pinned()).isEqualTo(new Stored(2, 1500));
    keep(new PlacementChange(first.key(), Optional.empty()));
    keep(new PlacementChange(first.key(), Optional.empty()));

    assertThat(pinned()).isEqualTo(new Stored(1, 500));
    assertThat(database.<List<Uploads>>call(c -> placements.uploads(c, PAYER, LocalDate.EPOCH)))
        .containsExactly(new Uploads(LocalDate.EPOCH, 2, 1500));
  }

  @Test
  void placementsOfMoreBytesThanASumCanHoldEndNoBatch() {
    long largest = 127L << 48;
    PlacementChange[] all =
        LongStream.rangeClosed(1, 300)
            .mapToObj(id -> placing(id, largest))
            .toArray(PlacementChange[]::new);
    PlacementChange[] gone =
        Stream.of(all)
            .map(change -> new PlacementChange(change.key(), Optional.empty()))
            .toArray(PlacementChange[]::new);

    keep(all);
    keep(placing(301, largest));
    assertThat(pinned()).isEqualTo(new Stored(301, Long.MAX_VALUE));
    keep(gone);
    assertThat(pinned()).isEqualTo(new Stored(1, 0));
    keep(all);

    assertThat(pinned()).isEqualTo(new Stored(301, Long.MAX_VALUE));
    assertThat(database.<List<Uploads>>call(c -> placements.uploads(c, PAYER, LocalDate.EPOCH)))
        .containsExactly(new Uploads(LocalDate.EPOCH, 301, Long.MAX_VALUE));
  }

  @Test
  void aPlacementThatCameAndWentInOneBatchIsNotThere() {
    PlacementChange first = placing(1, 1000);

    keep(first, new PlacementChange(first.key(), Optional.empty()));

    assertThat(pinned()).isEqualTo(new Stored(0, 0));
  }

  @Test
  void retrievalsAreCountedByTheirTimeToTheFirstByteAndByPiece() {
    List<RetrievalRecord> records = new ArrayList<>();
    for (int i = 1; i <= 100; i++) {
      records.add(retrieval("piece-" + i % 3, 200, 1000L * i, 10, 1));
    }
    records.add(retrieval("piece-9", 404, 5, 0, 1));
    records.add(retrieval("piece-1", 200, 1, 50, 20));

    database.run(c -> retrievals.add(c, records, NOON));

    SortedMap<Integer, Long> slots =
        database.call(
            c -> retrievals.latency(c, PostgresRetrievals.ALL, NOON.minus(1, ChronoUnit.HOURS)));
    assertThat(slots.values().stream().mapToLong(Long::longValue).sum()).isEqualTo(121);
    assertThat(LatencyScale.quantile(slots, 0.99)).isBetween(99_000L, 110_000L);
    assertThat(database.<List<RankedPiece>>call(c -> retrievals.top(c, TODAY, 2)))
        .containsExactly(
            new RankedPiece("piece-1", 34 * 10 + 20 * 50, 54), new RankedPiece("piece-0", 330, 33));
  }

  @Test
  void retrievalsOfMoreBytesThanASumCanHoldEndNoBatch() {
    long most = Long.MAX_VALUE;
    List<RetrievalRecord> records =
        List.of(
            retrieval("piece-1", 200, 1, most / 2, 3),
            retrieval("piece-1", 200, 1, most, 1),
            retrieval("piece-2", 200, 1, 10, 1));

    for (Instant day : List.of(NOON, NOON, NOON.plus(1, ChronoUnit.DAYS))) {
      database.run(c -> retrievals.add(c, dated(records, day), day));
    }

    assertThat(database.<List<RankedPiece>>call(c -> retrievals.top(c, TODAY, 2)))
        .containsExactly(new RankedPiece("piece-1", most, 12), new RankedPiece("piece-2", 30, 3));
  }

  @Test
  void retrievalsOfTimesThatNoTableHoldsEndNoBatch() {
    List<RetrievalRecord> records =
        Stream.of(Instant.MIN, Instant.parse("-290000-01-01T00:00:00Z"), Instant.MAX)
            .flatMap(at -> dated(List.of(retrieval("piece-1", 200, 1, 10, 1)), at).stream())
            .toList();

    database.run(c -> retrievals.add(c, records, NOON));
    database.run(c -> answers.add(c, records, NOON));

    assertThat(stack.rows("select day, retrievals from piece_day order by day"))
        .containsExactly("1970-01-01 2", TODAY + " 1");
    assertThat(answers(Instant.EPOCH, NOON.plusSeconds(1)))
        .containsExactly(new Answered(200, Optional.empty(), 3));
  }

  private static List<RetrievalRecord> dated(List<RetrievalRecord> records, Instant at) {
    return records.stream()
        .map(
            r ->
                new RetrievalRecord(
                    at,
                    r.edge(),
                    r.payer(),
                    r.pieceCid(),
                    r.dataSet(),
                    r.provider(),
                    r.status(),
                    r.error(),
                    r.cache(),
                    r.bytes(),
                    r.ttfbMicros(),
                    r.ttlbMicros(),
                    r.country(),
                    r.bot(),
                    r.weight()))
        .toList();
  }

  @Test
  void ofPastDaysOnlyTheLargestPiecesAreKept() {
    database.run(
        c ->
            retrievals.add(
                c,
                List.of(
                    retrieval("a", 200, 1, 10, 1),
                    retrieval("b", 200, 1, 30, 1),
                    retrieval("c", 200, 1, 20, 1)),
                NOON));

    database.run(c -> retrievals.forget(c, TODAY.plusDays(1), 2, TODAY));

    assertThat(stack.rows("select piece from piece_day order by 1")).containsExactly("b", "c");
    database.run(c -> retrievals.forget(c, TODAY.plusDays(9), 2, TODAY.plusDays(1)));
    assertThat(stack.rows("select piece from piece_day")).isEmpty();
    assertThat(stack.rows("select * from latency")).isEmpty();
  }

  @Test
  void answersAreCountedByStatusAndReason() {
    List<RetrievalRecord> records =
        List.of(
            answered(200, Optional.empty(), 7),
            answered(402, Optional.of("cdn-quota-exhausted"), 2),
            answered(402, Optional.of("cdn-quota-exhausted"), 1),
            answered(503, Optional.of("<script>"), 2),
            answered(-1, Optional.of("x".repeat(65)), 1));

    database.run(c -> answers.add(c, records, NOON));

    assertThat(answers(NOON, NOON.plusSeconds(1)))
        .containsExactly(
            new Answered(200, Optional.empty(), 7),
            new Answered(402, Optional.of("cdn-quota-exhausted"), 3),
            new Answered(503, Optional.of("other"), 2),
            new Answered(0, Optional.of("other"), 1));
    assertThat(answers(NOON.minusSeconds(3600), NOON)).isEmpty();
    assertThat(answers(NOON.plusSeconds(1), NOON.plusSeconds(3600))).isEmpty();
  }

  @Test
  void ofEachHourOnlyTheMostFrequentAnswersAreKept() {
    database.run(
        c ->
            answers.add(
                c,
                List.of(
                    answered(200, Optional.empty(), 7),
                    answered(404, Optional.of("a"), 1),
                    answered(404, Optional.of("b"), 3)),
                NOON));

    database.run(c -> answers.forget(c, 2, NOON));

    assertThat(answers(NOON, NOON.plusSeconds(1)))
        .containsExactly(
            new Answered(200, Optional.empty(), 7), new Answered(404, Optional.of("b"), 3));
    database.run(c -> answers.forget(c, 2, NOON.plusSeconds(1)));
    assertThat(stack.rows("select * from answered")).isEmpty();
  }

  private List<Answered> answers(Instant from, Instant to) {
    return database.call(c -> answers.within(c, from, to, 10));
  }

  @Test
  void aDataSetsPiecesComeInTheOrderOfTheirIdsWithoutThoseThatAreGone() {
    PlacementChange gone = placing(3, 1);
    keep(placing(10, 1000), placing(9, 500), gone, placing(2, 20));
    keep(new PlacementChange(gone.key(), Optional.empty()));

    List<PlacedPiece> first = pieces(Optional.empty());
    List<PlacedPiece> second = pieces(Optional.of(first.getLast().key().pieceId()));

    assertThat(first)
        .extracting(piece -> piece.key().pieceId().number(), PlacedPiece::bytes)
        .containsExactly(tuple(2L, 20L), tuple(9L, 500L));
    assertThat(second).extracting(PlacedPiece::bytes).containsExactly(1000L);
    assertThat(
            database.<List<PlacedPiece>>call(
                c -> placements.ofDataSet(c, dataSet(8), Optional.empty(), 2)))
        .isEmpty();
  }

  @Test
  void aHundredThousandPiecesOfADataSetAreReadByTheirIndex() {
    database.run(
        c -> {
          try (PreparedStatement fill =
              c.prepareStatement(
                  """
                  insert into placement (key, payer, bytes, day)
                  select 'piece-' || id || '/0xaa/fwss/7/' || id, '0xaa', 1, date '2026-11-30'
                  from generate_series(1, 100000) id
                  """)) {
            fill.executeUpdate();
          }
        });

    assertThat(
            stack.rows(
                """
                explain select key from placement
                where split_part(key, '/', 3) || '/' || split_part(key, '/', 4) = 'fwss/7'
                  and split_part(key, '/', 5)::bigint > 50000 and removed_at is null
                order by split_part(key, '/', 5)::bigint limit 10
                """))
        .anyMatch(line -> line.contains("Index Scan using placement_data_set"))
        .noneMatch(line -> line.contains("Sort"));
  }

  private List<PlacedPiece> pieces(Optional<PieceId> after) {
    return database.call(c -> placements.ofDataSet(c, dataSet(7), after, 2));
  }

  private List<Line> lines(long from, long to) {
    return database.call(
        c -> settlements.lines(c, ProviderId.fwss(3), new Epoch(from), new Epoch(to)));
  }

  private void keep(PlacementChange... placings) {
    database.run(c -> placements.keep(c, List.of(placings), NOON));
  }

  private Stored pinned() {
    return database.call(c -> placements.pinned(c, PAYER));
  }

  private static PlacementChange placing(long pieceId, long bytes) {
    PieceCid cid = new PieceCid(new CommP(1, 2, 3, pieceId), PieceCid.heightFor(bytes), bytes);
    PlacementRecord record =
        new PlacementRecord(
            cid,
            PAYER,
            dataSet(7),
            new PieceId(pieceId),
            Map.of(),
            Optional.empty(),
            new AsOf(new BlockNumber(100), pieceId));
    return PlacementChange.of(record.key().toString(), Optional.of(record), DEVNET);
  }

  private static SettlementRecord reported(
      int tx, long dataSet, long toEpoch, long cdn, long cacheMiss) {
    return new SettlementRecord.Reported(
        dataSet(dataSet),
        NOON,
        hash(tx),
        new Epoch(toEpoch),
        ByteCount.of(cdn),
        ByteCount.of(cacheMiss));
  }

  private static SettlementRecord settled(
      int tx, long dataSet, Kind rail, long epoch, long amount) {
    return new SettlementRecord.Settled(
        dataSet(dataSet), DEVNET.timeOf(new Epoch(epoch)), hash(tx), rail, TokenAmount.of(amount));
  }

  private static TxHash hash(int number) {
    return TxHash.of("0x%064x".formatted(number));
  }

  private static RetrievalRecord answered(int status, Optional<String> error, long weight) {
    return retrieval("piece", status, error, 1, 0, weight);
  }

  private static RetrievalRecord retrieval(
      String piece, int status, long ttfb, long bytes, long weight) {
    return retrieval(piece, status, Optional.empty(), ttfb, bytes, weight);
  }

  private static RetrievalRecord retrieval(
      String piece, int status, Optional<String> error, long ttfb, long bytes, long weight) {
    return new RetrievalRecord(
        NOON,
        "edge-0",
        PAYER,
        piece,
        Optional.of(dataSet(7)),
        Optional.empty(),
        status,
        error,
        Optional.of(CacheOutcome.HIT),
        ByteCount.of(bytes),
        Optional.of(ttfb),
        ttfb,
        "DE",
        Optional.empty(),
        weight);
  }
}
