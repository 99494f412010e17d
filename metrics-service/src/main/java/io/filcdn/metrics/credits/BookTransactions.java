package io.filcdn.metrics.credits;

import io.filcdn.metrics.credits.LockedBooks.CollisionException;
import io.filcdn.metrics.credits.PostgresBooks.Wanted;
import io.filcdn.service.database.Database;
import io.filcdn.service.database.Database.DatabaseException;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/**
 * Transactions on books: each locks the rows of the balances that it is about, in one order; enters
 * what time has ended; does its work; and stores the balances with the entries that explain them.
 */
final class BookTransactions {

  private static final int MOST_COLLISIONS = 5;

  /** Transactions at once. */
  private static final int PLACES = 6;

  private static final Duration LONGEST_WAIT = Duration.ofSeconds(5);

  private final Database database;
  private final PostgresBooks books = new PostgresBooks();
  private final Semaphore places = new Semaphore(PLACES, true);
  private final Clock clock;

  BookTransactions(Database database, Clock clock) {
    this.database = database;
    this.clock = clock;
  }

  /** Work on books that are locked. */
  interface Work<T> {
    T in(Connection connection, LockedBooks books, Instant now) throws SQLException;
  }

  /** Works on a book, which is made where nobody has had it. */
  <T> T in(BookKey key, Work<T> work) {
    database.run(connection -> books.open(connection, key));
    return in(only(key), work);
  }

  /** Works on books, once all whose time is over is entered. */
  <T> T in(Wanted wanted, Work<T> work) {
    enter();
    try {
      return repeat(wanted, work);
    } finally {
      places.release();
    }
  }

  /** Leaves the other connections to edges' leases, however many wait for one balance. */
  private void enter() {
    try {
      if (places.tryAcquire(LONGEST_WAIT.toMillis(), TimeUnit.MILLISECONDS)) {
        return;
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    throw new DatabaseException(
        new SQLException("expected a place within %s, found all taken".formatted(LONGEST_WAIT)));
  }

  private <T> T repeat(Wanted wanted, Work<T> work) {
    int collisions = 0;
    while (true) {
      try {
        Optional<T> result = database.call(connection -> attempt(connection, wanted, work));
        if (result.isPresent()) {
          return result.get();
        }
      } catch (CollisionException e) {
        collisions++;
        if (collisions == MOST_COLLISIONS) {
          throw e;
        }
      }
    }
  }

  /** Empty where more may be due than one transaction enters. */
  private <T> Optional<T> attempt(Connection connection, Wanted wanted, Work<T> work)
      throws SQLException {
    Instant now = now();
    LockedBooks locked = books.lock(connection, wanted, now);
    boolean all = locked.passTime(now) < PostgresBooks.MOST_DUE;
    Optional<T> result = all ? Optional.of(work.in(connection, locked, now)) : Optional.empty();
    books.save(connection, locked, now);
    return result;
  }

  /** Works on a book, which is made where nobody has had it, in the caller's transaction. */
  void within(Connection connection, BookKey key, Work<?> work) throws SQLException {
    Instant now = now();
    books.open(connection, key);
    LockedBooks locked = books.lock(connection, only(key), now);
    work.in(connection, locked, now);
    books.save(connection, locked, now);
  }

  private static Wanted only(BookKey key) {
    return new Wanted(List.of(key), "", List.of());
  }

  /** Now, as the tables have times. */
  Instant now() {
    return clock.instant().truncatedTo(ChronoUnit.MILLIS);
  }
}
