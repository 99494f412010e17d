package io.filcdn.metrics;

import static io.filcdn.metrics.Samples.DEVNET;
import static io.filcdn.metrics.Samples.NOON;
import static io.filcdn.metrics.Samples.PAYER;
import static io.filcdn.metrics.Samples.dataSet;
import static org.assertj.core.api.Assertions.assertThat;

import io.filcdn.common.chain.BlockNumber;
import io.filcdn.common.credit.CreditAccount;
import io.filcdn.common.index.AsOf;
import io.filcdn.common.index.PlacementRecord;
import io.filcdn.common.payment.PieceId;
import io.filcdn.common.piece.CommP;
import io.filcdn.common.piece.PieceCid;
import io.filcdn.metrics.credits.AccountCredit.KindBalance;
import io.filcdn.metrics.pieces.PlacementChange;
import io.filcdn.metrics.pieces.PostgresPlacements;
import io.filcdn.service.database.Database;
import io.filcdn.testing.time.MovedClock;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Storage of payers on chain, as the ledger of credit has it, on a real database. */
class StorageBookingIT {

  /** A time at which an epoch of the devnet begins, 100 s before noon. */
  private static final Instant PLACED =
      DEVNET.timeOf(DEVNET.epochAt(NOON.minus(Duration.ofSeconds(100))));

  private static final TestStack stack = new TestStack();

  private final MovedClock clock = new MovedClock(NOON);
  private final Database database = new Database(stack.dataSource());
  private final PostgresPlacements placements = new PostgresPlacements();
  private final List<MetricsService> services = new ArrayList<>();
  private MetricsService service;

  @BeforeEach
  void startAnew() {
    stack.forget();
    service = process();
  }

  @AfterEach
  void closeServices() {
    services.forEach(MetricsService::close);
  }

  @AfterAll
  static void closeStack() {
    stack.close();
  }

  private MetricsService process() {
    MetricsService process =
        stack.service(
            stack.dataSource(),
            clock,
            new SimpleMeterRegistry(),
            "filcdn.metrics.credits.book-every",
            "0s");
    services.add(process);
    return process;
  }

  private static PlacementChange placing(long pieceId, long bytes, Instant added) {
    PieceCid cid = new PieceCid(new CommP(1, 2, 3, pieceId), PieceCid.heightFor(bytes), bytes);
    PlacementRecord record =
        new PlacementRecord(
            cid,
            PAYER,
            dataSet(7),
            new PieceId(pieceId),
            Map.of(),
            Optional.of(DEVNET.epochAt(added)),
            new AsOf(new BlockNumber(DEVNET.epochAt(added).value()), 1));
    return PlacementChange.of(record.key().toString(), Optional.of(record), DEVNET);
  }

  private void keep(PlacementChange... changes) {
    database.run(c -> placements.keep(c, List.of(changes), clock.instant()));
  }

  private static PlacementChange removal(PlacementChange placed) {
    return new PlacementChange(placed.key(), Optional.empty());
  }

  /** The booked sums: bytes that were uploaded, and byte-seconds. */
  private List<String> booked() {
    service.tend();
    return service.credits().account(CreditAccount.of(PAYER)).balances().stream()
        .map(KindBalance::paidOnChain)
        .map(Object::toString)
        .toList();
  }

  private static Duration finality() {
    return DEVNET.epochDuration().multipliedBy(DEVNET.finality().fallbackDepth());
  }

  private static String byteSeconds(long bytes, Instant from, Instant to) {
    return Long.toString(bytes * (to.getEpochSecond() - from.getEpochSecond()));
  }

  @Test
  void whatIsFinalIsBookedExactlyOnceByAnyNumberOfProcesses() {
    keep(placing(1, 1000, PLACED), placing(2, 500, NOON));
    Instant until = NOON.minus(finality());

    List<String> expected = List.of("0", "1000", byteSeconds(1000, PLACED, until));
    assertThat(booked()).isEqualTo(expected);
    keep(placing(1, 1000, PLACED));
    process().tend();
    assertThat(booked()).isEqualTo(expected);
    assertThat(stack.rows("select debit, credit, cause from credit_entry"))
        .containsExactly("paidOnChain used index", "paidOnChain used index");

    clock.move(finality());
    assertThat(booked()).isEqualTo(List.of("0", "1500", byteSeconds(1000, PLACED, NOON)));
  }

  @Test
  void aRemovalEndsTheSecondsAndLeavesTheUpload() {
    PlacementChange piece = placing(1, 1000, PLACED);
    keep(piece);
    booked();
    keep(removal(piece));
    Instant removed = clock.instant();

    clock.move(Duration.ofDays(1));

    assertThat(booked()).isEqualTo(List.of("0", "1000", byteSeconds(1000, PLACED, removed)));
    clock.move(Duration.ofDays(1));
    assertThat(booked()).isEqualTo(List.of("0", "1000", byteSeconds(1000, PLACED, removed)));
    assertThat(stack.rows("select settled from placement")).containsExactly("t");
  }

  @Test
  void whatIsReadAnewFromTheBeginningIsNotBookedAgain() {
    PlacementChange piece = placing(1, 1000, PLACED);
    keep(piece);
    booked();
    keep(removal(piece));
    clock.move(Duration.ofDays(1));
    List<String> before = booked();

    keep(piece);
    clock.move(Duration.ofDays(1));
    assertThat(booked()).isEqualTo(before);
    keep(removal(piece));
    clock.move(Duration.ofDays(1));

    assertThat(booked()).isEqualTo(before);
    assertThat(stack.rows("select pieces, bytes from pinned")).containsExactly("0 0");
  }

  @Test
  void aReorganisationThereAndBackChangesNothing() {
    PlacementChange piece = placing(1, 1000, PLACED);
    PlacementChange orphan = placing(2, 99, NOON);
    keep(piece, orphan);
    booked();
    keep(removal(piece), removal(orphan));
    clock.move(Duration.ofSeconds(3));
    keep(piece);
    assertThat(stack.rows("select pieces, bytes from pinned")).containsExactly("1 1000");

    clock.move(Duration.ofHours(1));

    Instant until = clock.instant().minus(finality());
    assertThat(booked()).isEqualTo(List.of("0", "1000", byteSeconds(1000, PLACED, until)));
  }
}
