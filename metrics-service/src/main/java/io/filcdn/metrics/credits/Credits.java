package io.filcdn.metrics.credits;

import com.github.benmanes.caffeine.cache.Ticker;
import io.filcdn.common.chain.Address;
import io.filcdn.common.credit.CreditAccount;
import io.filcdn.common.credit.CreditEntryRecord;
import io.filcdn.common.credit.CreditKind;
import io.filcdn.metrics.credits.AccountCredit.KindBalance;
import io.filcdn.metrics.credits.AccountCredit.OnChain;
import io.filcdn.metrics.query.UsageQueries;
import io.filcdn.service.database.AdvisoryLock;
import io.filcdn.service.database.Database;
import io.filcdn.service.kafka.KafkaPublisher;
import io.filcdn.service.kafka.OneSender;
import io.filcdn.service.kafka.OutboxPublisher;
import io.filcdn.service.schedule.BackgroundTask;
import io.micrometer.core.instrument.MeterRegistry;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The credit server, put together: its desk, its services, its ledger and what Kafka is told. */
public final class Credits {

  private static final AdvisoryLock PUBLISHING = AdvisoryLock.of(0x63726564_69740001L);
  private static final String COUNTER = "filcdn.published";
  private static final String ADDRESS = "0x";

  private final Database database;
  private final Rules rules;
  private final Clock clock;
  private final CreditDesk desk;
  private final GrantDesk grantDesk;
  private final CreditServices services;
  private final UsageQueries usage;
  private final PostgresLedger ledger = new PostgresLedger();
  private final PostgresGrants grants = new PostgresGrants();
  private final OutboxPublisher<CreditEntryRecord> outbox;
  private final StorageBooking booking;

  /**
   * The rules of the credit server.
   *
   * @param network that is written into tokens
   * @param finality the age at which a block cannot change any more
   * @param longestReservation that a reservation may hold
   * @param keepClosed the time for which reservations are kept after they were closed
   * @param bookEvery how often a payer's storage is entered
   * @param publishAtOnce entries that are told in one transaction
   */
  public record Rules(
      String network,
      Duration finality,
      Duration longestReservation,
      Duration keepClosed,
      Duration bookEvery,
      int publishAtOnce) {}

  public Credits(
      Database database,
      Rules rules,
      UsageQueries usage,
      KafkaPublisher kafka,
      Clock clock,
      MeterRegistry metrics) {
    this.database = database;
    this.rules = rules;
    this.usage = usage;
    this.clock = clock;
    desk = new CreditDesk(database, clock);
    grantDesk = new GrantDesk(database, clock);
    services =
        new CreditServices(
            database, rules.network(), clock, new SecureRandom(), Ticker.systemTicker());
    outbox =
        new OutboxPublisher<>(
            new CreditOutbox(),
            OneSender.in(database, PUBLISHING),
            kafka,
            rules.publishAtOnce(),
            metrics,
            COUNTER);
    booking =
        new StorageBooking(
            database, desk, new StorageBooking.Rules(rules.finality(), rules.bookEvery()), clock);
  }

  public CreditDesk desk() {
    return desk;
  }

  public GrantDesk grantDesk() {
    return grantDesk;
  }

  public CreditServices services() {
    return services;
  }

  Duration longestReservation() {
    return rules.longestReservation();
  }

  /** All that an account has; nothing where nobody has heard of it. */
  public AccountCredit account(CreditAccount account) {
    Map<CreditKind, Balance> balances =
        database.call(connection -> ledger.balances(connection, account));
    return page(account, balances);
  }

  /** The same as added up from the ledger. */
  public AccountCredit replayed(CreditAccount account) {
    Map<CreditKind, Balance> balances =
        database.call(connection -> ledger.replayed(connection, account));
    return page(account, balances);
  }

  private AccountCredit page(CreditAccount account, Map<CreditKind, Balance> balances) {
    return new AccountCredit(
        account,
        Arrays.stream(CreditKind.values())
            .map(kind -> KindBalance.of(kind, balances.getOrDefault(kind, Balance.ZERO)))
            .toList(),
        onChain(account));
  }

  private Optional<OnChain> onChain(CreditAccount account) {
    return account.name().startsWith(ADDRESS)
        ? usage
            .payer(Address.of(account.name()))
            .map(totals -> new OnChain(totals.totalEgressBytes(), totals.remainingCDNEgressBytes()))
        : Optional.empty();
  }

  /**
   * At most {@code limit} entries of an account with numbers below {@code before}, newest first.
   */
  public List<CreditEntryRecord> entries(CreditAccount account, long before, int limit) {
    return database.call(connection -> ledger.entries(connection, account, before, limit));
  }

  /** At most {@code limit} grants of an account with numbers below {@code before}, newest first. */
  public List<StoredGrant> grants(CreditAccount account, long before, int limit) {
    return database.call(connection -> grants.list(connection, account, before, limit));
  }

  /** At most {@code limit} accounts behind a name, in the order of their names. */
  public List<CreditAccount> accounts(String after, int limit) {
    return database.call(connection -> ledger.accounts(connection, after, limit));
  }

  /**
   * Enters what time has ended, and tells Kafka of all entries, unless another process is doing so.
   *
   * @throws RuntimeException where Kafka or Postgres failed; what was not told goes on waiting
   */
  public void passTimeAndPublish() {
    try {
      desk.passTime();
    } finally {
      outbox.publish();
    }
  }

  /** The tasks by which storage is booked, and what is over is forgotten. */
  public List<BackgroundTask> housekeeping() {
    return List.of(
        new BackgroundTask("booking storage", booking::book),
        new BackgroundTask(
            "forgetting old reservations",
            () -> desk.forget(clock.instant().minus(rules.keepClosed()))));
  }
}
