package io.filcdn.metrics.credits;

import io.filcdn.common.chain.TxHash;
import io.filcdn.common.credit.CreditAccount;
import io.filcdn.common.credit.CreditAmount;
import io.filcdn.common.credit.CreditKind;
import io.filcdn.common.time.NamedTime;
import java.math.BigInteger;
import java.time.Instant;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A grant that is asked for.
 *
 * @param id that who asks gives it: asked for again, it is not given again
 * @param amount above 0, at most 10³⁰
 * @param source such as {@code free} or {@code purchase}: 1 to 32 letters, digits and {@code _ -}
 * @param priority 0 to 1000, 100 where it is left out; smaller ones are used first
 * @param expires when it ends; it does not by itself where it is left out
 * @param payment that it was bought by; one payment buys one grant
 */
public record NewGrant(
    String id,
    CreditAccount account,
    CreditKind kind,
    CreditAmount amount,
    String source,
    Optional<Integer> priority,
    Optional<Instant> expires,
    Optional<Payment> payment) {

  /** Far less than an amount can be: however many a balance is given, it can be told. */
  private static final CreditAmount MOST = new CreditAmount(BigInteger.TEN.pow(30));

  private static final Pattern SOURCE = Pattern.compile("[A-Za-z0-9_-]{1,32}");
  private static final int USUAL_PRIORITY = 100;
  private static final int LAST_PRIORITY = 1000;

  public NewGrant {
    OperationBody.requireId(id);
    if (isMissing(account) || isMissing(kind) || isMissing(amount) || isMissing(source)) {
      throw new IllegalArgumentException(
          "expected id, account, kind, amount and source, found one missing");
    }
    if (amount.isZero() || amount.compareTo(MOST) > 0) {
      throw new IllegalArgumentException(
          "expected an amount of 1 to 10^30, found one of %d digits"
              .formatted(amount.toString().length()));
    }
    if (!SOURCE.matcher(source).matches()) {
      throw new IllegalArgumentException(
          "expected a source of 1 to 32 letters, digits and _ -, found another text");
    }
    if (priority.filter(value -> value < 0 || value > LAST_PRIORITY).isPresent()) {
      throw new IllegalArgumentException(
          "expected a priority of 0 to %d, found %d".formatted(LAST_PRIORITY, priority.get()));
    }
    if (expires.filter(end -> !end.isBefore(NamedTime.END)).isPresent()) {
      throw new IllegalArgumentException(
          "expected expires before the year 9999, found a later one");
    }
  }

  private static boolean isMissing(@Nullable Object value) {
    return value == null;
  }

  BookKey book() {
    return new BookKey(account, kind);
  }

  int priorityOrUsual() {
    return priority.orElse(USUAL_PRIORITY);
  }

  /**
   * A payment on a chain, as one of its logs says.
   *
   * @param chainId of EIP-155
   * @param logIndex in its block
   */
  public record Payment(long chainId, TxHash tx, int logIndex) {

    public Payment {
      if (isMissing(tx) || chainId < 1 || logIndex < 0) {
        throw new IllegalArgumentException(
            "expected a payment of chainId from 1, tx and logIndex from 0, found another");
      }
    }
  }
}
