package io.filcdn.metrics.query;

import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.LoadingCache;
import io.filcdn.common.chain.Address;
import io.filcdn.common.chain.Epoch;
import io.filcdn.common.payment.DataSetId;
import io.filcdn.common.payment.PieceId;
import io.filcdn.common.payment.ProviderId;
import io.filcdn.common.payment.TokenAmount;
import io.filcdn.common.piece.ByteCount;
import io.filcdn.common.piece.PieceCid;
import io.filcdn.common.piece.PieceName;
import io.filcdn.metrics.odometer.PostgresOdometers;
import io.filcdn.metrics.odometer.PostgresOdometers.Supply;
import io.filcdn.metrics.pieces.LatencyScale;
import io.filcdn.metrics.pieces.PostgresAnswers;
import io.filcdn.metrics.pieces.PostgresPlacements;
import io.filcdn.metrics.pieces.PostgresPlacements.Stored;
import io.filcdn.metrics.pieces.PostgresPlacements.Uploads;
import io.filcdn.metrics.pieces.PostgresRetrievals;
import io.filcdn.metrics.pieces.PostgresRetrievals.RankedPiece;
import io.filcdn.metrics.quota.QuotaTerms;
import io.filcdn.metrics.statement.PostgresSettlements;
import io.filcdn.metrics.statement.PostgresSettlements.Transaction;
import io.filcdn.metrics.statement.TransactionPlace;
import io.filcdn.service.database.Database;
import java.math.BigInteger;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.concurrent.Executor;

/**
 * The statements of what providers earned, what payers store, which pieces are asked for, and how
 * fast. The largest pieces are found by looking at all of a day, so those answers are kept and
 * found anew in the background.
 */
public final class Statements {

  /** Pieces in an answer about the largest. */
  static final int MOST_PIECES = 100;

  /** Kinds of answers in a list of them. */
  private static final int MOST_ANSWERS = 200;

  private static final Duration FRESH = Duration.ofMinutes(1);
  private static final int MOST_KEPT = 10;

  private static final Duration SUPPLY_KEPT = Duration.ofSeconds(2);
  private static final int MOST_PROVIDERS = 1_000;

  private final Database database;
  private final PostgresSettlements settlements;
  private final PostgresOdometers odometers = new PostgresOdometers();
  private final PostgresPlacements placements = new PostgresPlacements();
  private final PostgresRetrievals retrievals = new PostgresRetrievals();
  private final PostgresAnswers answered = new PostgresAnswers();
  private final TokenAmount ratePerTib;
  private final Clock clock;
  private final LoadingCache<Integer, List<Piece>> topPieces;
  private final LoadingCache<ProviderId, Supply> supplies;

  /**
   * @param ratePerTib the price of 2⁴⁰ bytes from providers
   * @param background where kept answers are found anew
   */
  public Statements(
      Database database,
      PostgresSettlements settlements,
      TokenAmount ratePerTib,
      Clock clock,
      Executor background) {
    this.database = database;
    this.settlements = settlements;
    this.ratePerTib = ratePerTib;
    this.clock = clock;
    this.topPieces =
        Caffeine.newBuilder()
            .maximumSize(MOST_KEPT)
            .refreshAfterWrite(FRESH)
            .executor(background)
            .build(this::rank);
    this.supplies =
        Caffeine.newBuilder()
            .maximumSize(MOST_PROVIDERS)
            .expireAfterWrite(SUPPLY_KEPT)
            .build(this::sum);
  }

  /**
   * The earnings of a provider from one data set.
   *
   * @param bytes what it supplied and was reported
   * @param owed their price
   * @param settled what was paid, before the network's fee
   */
  public record Line(DataSetId dataSet, BigInteger bytes, BigInteger owed, BigInteger settled) {}

  /** The earnings of a provider within epochs, both included. */
  public record Statement(
      ProviderId provider,
      Epoch from,
      Epoch to,
      BigInteger bytes,
      BigInteger owed,
      BigInteger settled,
      List<Line> dataSets) {

    /** As a table for spreadsheets, with a line of names and one for each data set. */
    public String csv() {
      StringBuilder text = new StringBuilder("dataSet,bytes,owed,settled\r\n");
      for (Line line : dataSets) {
        text.append("%s,%s,%s,%s\r\n".formatted(line.dataSet, line.bytes, line.owed, line.settled));
      }
      return text.toString();
    }
  }

  Statement statement(ProviderId provider, Epoch from, Epoch to) {
    List<Line> lines =
        database.call(connection -> settlements.lines(connection, provider, from, to)).stream()
            .map(
                line -> {
                  BigInteger bytes = BigInteger.valueOf(line.bytes().bytes());
                  return new Line(
                      line.dataSet(),
                      bytes,
                      QuotaTerms.price(ratePerTib, bytes),
                      line.settled().units());
                })
            .toList();
    return new Statement(
        provider,
        from,
        to,
        lines.stream().map(Line::bytes).reduce(BigInteger.ZERO, BigInteger::add),
        lines.stream().map(Line::owed).reduce(BigInteger.ZERO, BigInteger::add),
        lines.stream().map(Line::settled).reduce(BigInteger.ZERO, BigInteger::add),
        lines);
  }

  /** The transactions of a data set behind one of them. */
  List<Transaction> transactions(DataSetId dataSet, TransactionPlace after, int limit) {
    return database.call(connection -> settlements.transactions(connection, dataSet, after, limit));
  }

  /** The bytes that a provider supplied, to fills that verified and to others. */
  Supply supply(ProviderId provider) {
    return supplies.get(provider);
  }

  private Supply sum(ProviderId provider) {
    return database.call(connection -> odometers.supply(connection, provider));
  }

  /** The pieces placed on one day. */
  public record Day(LocalDate day, BigInteger pieces, BigInteger bytes) {}

  /**
   * The pieces that a payer stores.
   *
   * @param uploads day by day, also what is gone by now
   */
  public record Storage(BigInteger pieces, BigInteger pinnedBytes, List<Day> uploads) {}

  Storage storage(Address payer, int days) {
    LocalDate since = today().minusDays(days - 1L);
    return database.call(
        connection -> {
          Stored pinned = placements.pinned(connection, payer);
          List<Uploads> uploads = placements.uploads(connection, payer, since);
          return new Storage(
              BigInteger.valueOf(pinned.pieces()),
              BigInteger.valueOf(pinned.bytes()),
              uploads.stream()
                  .map(
                      day ->
                          new Day(
                              day.day(),
                              BigInteger.valueOf(day.pieces()),
                              BigInteger.valueOf(day.bytes())))
                  .toList());
        });
  }

  /** The times to the first byte, in microseconds, at most 9 % too slow; absent where none came. */
  public record Latency(
      BigInteger retrievals,
      Optional<Long> p50,
      Optional<Long> p90,
      Optional<Long> p95,
      Optional<Long> p99) {}

  Latency latency(Optional<ProviderId> provider, Duration past) {
    SortedMap<Integer, Long> slots =
        database.call(
            connection ->
                retrievals.latency(
                    connection,
                    provider.map(ProviderId::toString).orElse(PostgresRetrievals.ALL),
                    clock.instant().minus(past)));
    long all = slots.values().stream().mapToLong(Long::longValue).sum();
    return new Latency(
        BigInteger.valueOf(all),
        quantile(slots, 0.5),
        quantile(slots, 0.9),
        quantile(slots, 0.95),
        quantile(slots, 0.99));
  }

  private static Optional<Long> quantile(SortedMap<Integer, Long> slots, double part) {
    return slots.isEmpty() ? Optional.empty() : Optional.of(LatencyScale.quantile(slots, part));
  }

  /**
   * The retrievals that were answered alike, as far as edges told of them one by one.
   *
   * @param status of HTTP; 0 where an edge told another number
   * @param code the reason of a refusal
   */
  public record Answers(int status, Optional<String> code, BigInteger retrievals) {}

  List<Answers> answers(RequestValues.Times times) {
    return database
        .call(connection -> answered.within(connection, times.from(), times.to(), MOST_ANSWERS))
        .stream()
        .map(
            answer ->
                new Answers(
                    answer.status(), answer.code(), BigInteger.valueOf(answer.retrievals())))
        .toList();
  }

  /**
   * A piece in a data set.
   *
   * @param bytes its raw size; absent where its name does not tell it
   * @param since when the chain placed it
   */
  public record PlacedPiece(
      PieceId pieceId, PieceName pieceCid, Optional<ByteCount> bytes, Instant since) {}

  /** The pieces of a data set behind one of them. */
  List<PlacedPiece> pieces(DataSetId dataSet, Optional<PieceId> after, int limit) {
    return database
        .call(connection -> placements.ofDataSet(connection, dataSet, after, limit))
        .stream()
        .map(
            placed ->
                new PlacedPiece(
                    placed.key().pieceId(),
                    placed.key().pieceCid(),
                    placed.key().pieceCid() instanceof PieceCid
                        ? Optional.of(ByteCount.of(placed.bytes()))
                        : Optional.empty(),
                    placed.since()))
        .toList();
  }

  /** A piece that was retrieved much, as far as retrievals were told one by one. */
  public record Piece(String piece, BigInteger egressBytes, BigInteger retrievals) {}

  /** The pieces with most bytes today and in the days before it, {@code days} in all. */
  List<Piece> topPieces(int days) {
    return topPieces.get(days);
  }

  private List<Piece> rank(int days) {
    LocalDate since = today().minusDays(days - 1L);
    return database.call(connection -> retrievals.top(connection, since, MOST_PIECES)).stream()
        .map(Statements::piece)
        .toList();
  }

  private static Piece piece(RankedPiece ranked) {
    return new Piece(
        ranked.piece(),
        BigInteger.valueOf(ranked.egressBytes()),
        BigInteger.valueOf(ranked.retrievals()));
  }

  private LocalDate today() {
    return clock.instant().atOffset(ZoneOffset.UTC).toLocalDate();
  }
}
