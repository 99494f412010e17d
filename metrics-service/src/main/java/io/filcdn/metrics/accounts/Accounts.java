package io.filcdn.metrics.accounts;

import com.github.benmanes.caffeine.cache.Ticker;
import io.filcdn.metrics.wallets.SignatureCheck;
import io.filcdn.service.database.AdvisoryLock;
import io.filcdn.service.database.Database;
import io.filcdn.service.kafka.KafkaPublisher;
import io.filcdn.service.kafka.OneSender;
import io.filcdn.service.kafka.OutboxPublisher;
import io.filcdn.service.schedule.BackgroundTask;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.http.HttpServerRequest;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** The accounts of payers, put together: sign-in, keys, and what Kafka is told of keys. */
public final class Accounts {

  private static final AdvisoryLock PUBLISHING = AdvisoryLock.of(0x61636365_73730001L);
  private static final String COUNTER = "filcdn.published";

  private final Database database;
  private final SignIn signIn;
  private final SignInAttempts attempts;
  private final CallerAuthentication callers;
  private final KeyDesk keys;
  private final OutboxPublisher<KeyOutbox.Change> outbox;
  private final Clock clock;

  /**
   * The rules of accounts.
   *
   * @param signInsPerMinute of one client
   * @param publishAtOnce keys that are told in one transaction
   * @param tellAgainAfter the time after which each change is told once more: longer than a
   *     producer tries to send a record
   */
  public record Rules(
      SignIn.Rules signIn,
      KeyDesk.Rules keys,
      int signInsPerMinute,
      int publishAtOnce,
      Duration tellAgainAfter) {}

  public Accounts(
      Database database,
      SignatureCheck signatures,
      Rules rules,
      KafkaPublisher kafka,
      Clock clock,
      MeterRegistry metrics) {
    SecureRandom random = new SecureRandom();
    this.database = database;
    this.clock = clock;
    signIn = new SignIn(database, signatures, rules.signIn(), clock, random);
    attempts = new SignInAttempts(rules.signInsPerMinute(), Ticker.systemTicker());
    callers = new CallerAuthentication(database, rules.keys().network(), clock);
    keys = new KeyDesk(database, rules.keys(), clock, random);
    outbox =
        new OutboxPublisher<>(
            new KeyOutbox(rules.tellAgainAfter(), clock),
            OneSender.in(database, PUBLISHING),
            kafka,
            rules.publishAtOnce(),
            metrics,
            COUNTER);
  }

  public SignIn signIn() {
    return signIn;
  }

  public CallerAuthentication callers() {
    return callers;
  }

  public KeyDesk keys() {
    return keys;
  }

  /** Counts a signature that a client wants to be verified; false where it is one too many. */
  public boolean countAttempt(HttpServerRequest request) {
    return attempts.count(
        Optional.ofNullable(request.remoteAddress())
            .flatMap(address -> Optional.ofNullable(address.hostAddress()))
            .orElse(""));
  }

  /**
   * Tells Kafka of all keys that changed, unless another process is doing so.
   *
   * @throws RuntimeException where Kafka or Postgres failed; what was not told goes on waiting
   */
  public void publish() {
    outbox.publish();
  }

  /** The tasks by which what has ended is forgotten. */
  public List<BackgroundTask> housekeeping() {
    return List.of(
        new BackgroundTask(
            "forgetting old sessions",
            () ->
                database.run(
                    connection -> new PostgresSessions().forget(connection, clock.instant()))),
        new BackgroundTask("forgetting old keys", keys::forget));
  }
}
