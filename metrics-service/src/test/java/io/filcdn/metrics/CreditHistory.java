package io.filcdn.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import io.filcdn.common.credit.CreditAccount;
import io.filcdn.common.credit.CreditAmount;
import io.filcdn.common.credit.CreditKind;
import io.filcdn.metrics.credits.BookKey;
import io.filcdn.metrics.credits.CreditDesk;
import io.filcdn.metrics.credits.CreditOperation;
import io.filcdn.metrics.credits.CreditScope;
import io.filcdn.metrics.credits.CreditService;
import io.filcdn.metrics.credits.Credits;
import io.filcdn.metrics.credits.GrantDesk;
import io.filcdn.metrics.credits.NewGrant;
import io.filcdn.metrics.credits.OperationResult;
import io.filcdn.metrics.credits.OperationResult.Done;
import io.filcdn.service.database.Database.DatabaseException;
import io.filcdn.testing.time.MovedClock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/**
 * A random history of credit, with what a client knows of it by the answers: how much it was told
 * that it used, and how much was granted. A seed decides.
 */
final class CreditHistory {

  static final List<BookKey> BOOKS =
      Arrays.stream(CreditKind.values())
          .flatMap(
              kind ->
                  List.of("alpha", "beta").stream()
                      .map(name -> new BookKey(CreditAccount.of(name), kind)))
          .toList();

  private static final CreditService SERVICE =
      new CreditService(
          "gateway",
          Arrays.stream(CreditKind.values())
              .map(kind -> new CreditScope(CreditScope.Action.RESERVE, kind))
              .collect(Collectors.toSet()));

  private static final int MOST_TRIES = 1000;

  private final CreditDesk desk;
  private final GrantDesk grantDesk;
  private final MovedClock clock;
  private final Random random;
  private final List<String> ids = new ArrayList<>();
  private final Map<String, Long> used = new HashMap<>();
  private final List<Long> grants = new ArrayList<>();
  private long granted;
  private int made;

  CreditHistory(Credits credits, MovedClock clock, Random random) {
    desk = credits.desk();
    grantDesk = credits.grantDesk();
    this.clock = clock;
    this.random = random;
  }

  /** The amounts that the answers said were used. */
  long used() {
    return used.values().stream().mapToLong(Long::longValue).sum();
  }

  /** The amounts that the answers said were granted. */
  long granted() {
    return granted;
  }

  void step() {
    switch (random.nextInt(10)) {
      case 0, 1 -> grant();
      case 2 -> end();
      case 3 -> clock.move(Duration.ofSeconds(random.nextInt(40)));
      case 4 -> again(() -> passTime());
      default -> operate();
    }
  }

  private Boolean passTime() {
    desk.passTime();
    return true;
  }

  private void grant() {
    BookKey book = BOOKS.get(random.nextInt(BOOKS.size()));
    long amount = 1L + random.nextInt(1000);
    NewGrant wanted =
        new NewGrant(
            "g" + made++,
            book.account(),
            book.kind(),
            CreditAmount.of(amount),
            "test",
            Optional.of(random.nextInt(3)),
            random.nextBoolean()
                ? Optional.of(clock.instant().plusSeconds(1 + random.nextInt(200)))
                : Optional.empty(),
            Optional.empty());
    if (again(() -> grantDesk.grant("till", wanted)) instanceof GrantDesk.Outcome.Done(var grant)) {
      grants.add(grant.number());
      granted += amount;
    }
  }

  private void end() {
    if (!grants.isEmpty()) {
      long number = grants.get(random.nextInt(grants.size()));
      boolean revoke = random.nextBoolean();
      again(
          () -> revoke ? grantDesk.revoke(number, "test") : grantDesk.refund(number, "tx", "test"));
    }
  }

  private void operate() {
    List<CreditOperation> operations = new ArrayList<>();
    for (int i = 1 + random.nextInt(6); i > 0; i--) {
      operations.add(operation());
    }
    List<OperationResult> results = again(() -> desk.perform(SERVICE, operations));
    assertThat(results).hasSameSizeAs(operations);
    for (int i = 0; i < results.size(); i++) {
      if (results.get(i) instanceof Done(var reservation)) {
        long sum = reservation.committed().units().longValueExact();
        used.merge(operations.get(i).id(), sum, Math::max);
      }
    }
  }

  private CreditOperation operation() {
    int kind = random.nextInt(5);
    if (kind < 2 || ids.isEmpty()) {
      String id = kind == 0 && !ids.isEmpty() ? known() : "r" + ids.size();
      ids.add(id);
      return new CreditOperation.Reserve(
          id,
          BOOKS.get(random.nextInt(BOOKS.size())),
          CreditAmount.of(1 + random.nextInt(300)),
          Duration.ofSeconds(1 + random.nextInt(60)));
    }
    return switch (kind) {
      case 2 -> new CreditOperation.Cancel(known());
      case 3 ->
          new CreditOperation.Commit(
              known(), CreditAmount.of(random.nextInt(200)), Optional.empty());
      default ->
          new CreditOperation.Commit(
              known(), CreditAmount.of(random.nextInt(200)), Optional.of(Duration.ofSeconds(30)));
    };
  }

  private String known() {
    return ids.get(random.nextInt(ids.size()));
  }

  /** Sends a call until it is answered, as a client does whose connections break. */
  private static <T> T again(Supplier<T> call) {
    for (int i = 0; i < MOST_TRIES; i++) {
      try {
        return call.get();
      } catch (DatabaseException e) {
        assertThat(e).hasMessageContaining("broke");
      }
    }
    throw new AssertionError("no answer in %d tries".formatted(MOST_TRIES));
  }
}
