package io.filcdn.metrics.credits;

import io.filcdn.common.chain.Address;
import io.filcdn.common.credit.CreditAccount;
import io.filcdn.common.credit.CreditAmount;
import io.filcdn.common.credit.CreditKind;
import io.filcdn.metrics.pieces.PostgresKept;
import io.filcdn.metrics.pieces.PostgresKept.Kept;
import io.filcdn.service.database.AdvisoryLock;
import io.filcdn.service.database.Database;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * The booking of what FilCDN's own payers upload and keep, as the index tells it. What is entered
 * is the odometer less what the account's balance has of it already, both in one transaction, so
 * that nothing is entered twice, whatever ends in between.
 */
final class StorageBooking {

  private static final AdvisoryLock BOOKING = AdvisoryLock.of(0x63726564_69740002L);
  private static final int PLACEMENTS_AT_ONCE = 10_000;
  private static final int PAYERS_AT_ONCE = 100;

  private final Database database;
  private final CreditDesk desk;
  private final Rules rules;
  private final Clock clock;
  private final PostgresKept kept = new PostgresKept();

  /**
   * The rules of booking.
   *
   * @param finality the age at which a block cannot change any more
   * @param every how often a payer's storage is entered
   */
  record Rules(Duration finality, Duration every) {}

  StorageBooking(Database database, CreditDesk desk, Rules rules, Clock clock) {
    this.database = database;
    this.desk = desk;
    this.rules = rules;
    this.clock = clock;
  }

  /** Counts what has become final, and books payers for whom it is time. */
  void book() {
    Instant until = clock.instant().minus(rules.finality());
    if (!countFinal(until)) {
      return;
    }
    List<Address> due;
    do {
      due =
          database.call(
              connection -> kept.due(connection, until.minus(rules.every()), PAYERS_AT_ONCE));
      due.forEach(payer -> database.run(connection -> book(connection, payer, until)));
    } while (due.size() == PAYERS_AT_ONCE);
  }

  /** False where another process is counting. */
  private boolean countFinal(Instant until) {
    Optional<Integer> counted;
    do {
      counted =
          database.call(
              connection ->
                  BOOKING.tryIn(connection)
                      ? Optional.of(kept.count(connection, until, PLACEMENTS_AT_ONCE))
                      : Optional.empty());
    } while (counted.orElse(0) > 0);
    return counted.isPresent();
  }

  private void book(Connection connection, Address payer, Instant until) throws SQLException {
    Optional<Kept> sums = kept.book(connection, payer, until);
    if (sums.isPresent()) {
      CreditAccount account = CreditAccount.of(payer);
      desk.payOnChain(
          connection,
          new BookKey(account, CreditKind.PIN_BYTE_SECONDS),
          new CreditAmount(sums.get().byteSeconds()));
      desk.payOnChain(
          connection,
          new BookKey(account, CreditKind.UPLOAD_BYTES),
          new CreditAmount(sums.get().uploaded()));
    }
  }
}
