package io.filcdn.metrics.credits;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import io.filcdn.common.credit.CreditAccount;
import io.filcdn.common.credit.CreditAmount;
import io.filcdn.common.credit.CreditKind;
import java.time.Duration;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * An operation as services write it.
 *
 * @param op what is done
 * @param id of the reservation: 1 to 128 printable characters of ASCII, without blanks
 * @param account of a reservation that is made
 * @param kind of a reservation that is made
 * @param amount to reserve, above 0; or the sum of all that was used, to commit
 * @param seconds for which a reservation holds; a commit without them closes it
 */
public record OperationBody(
    Op op,
    String id,
    Optional<CreditAccount> account,
    Optional<CreditKind> kind,
    Optional<CreditAmount> amount,
    Optional<Integer> seconds) {

  private static final Pattern ID = Pattern.compile("[\\x21-\\x7e]{1,128}");

  /** The kind of an operation. */
  public enum Op {
    RESERVE,
    COMMIT,
    VOID;

    /**
     * Reads one.
     *
     * @throws IllegalArgumentException where there is none of this name
     */
    @JsonCreator
    public static Op of(String text) {
      return Arrays.stream(values())
          .filter(op -> op.toString().equals(text))
          .findFirst()
          .orElseThrow(
              () ->
                  new IllegalArgumentException(
                      "expected an op of reserve, commit, void, found another"));
    }

    @JsonValue
    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  public OperationBody {
    if (isMissing(op)) {
      throw new IllegalArgumentException("expected an op of reserve, commit, void, found none");
    }
    requireId(id);
  }

  /**
   * Requires an id that services and operators may choose.
   *
   * @throws IllegalArgumentException where it is none
   */
  static void requireId(@Nullable String id) {
    if (id == null || !ID.matcher(id).matches()) {
      throw new IllegalArgumentException(
          "expected an id of 1 to 128 printable characters of ASCII, without blanks");
    }
  }

  private static boolean isMissing(@Nullable Op op) {
    return op == null;
  }

  /**
   * The operation.
   *
   * @param longest that a reservation may hold
   * @throws IllegalArgumentException where a field is missing, has no place in it, or is out of
   *     bounds
   */
  CreditOperation operation(Duration longest) {
    return switch (op) {
      case RESERVE ->
          new CreditOperation.Reserve(
              id,
              new BookKey(required("account", account), required("kind", kind)),
              positive(required("amount", amount)),
              time(required("seconds", seconds), longest));
      case COMMIT -> {
        requireAbsent(account.isPresent() || kind.isPresent());
        yield new CreditOperation.Commit(
            id, required("amount", amount), seconds.map(value -> time(value, longest)));
      }
      case VOID -> {
        requireAbsent(
            account.isPresent() || kind.isPresent() || amount.isPresent() || seconds.isPresent());
        yield new CreditOperation.Cancel(id);
      }
    };
  }

  private <T> T required(String field, Optional<T> value) {
    return value.orElseThrow(
        () ->
            new IllegalArgumentException(
                "expected %s of %s \"%s\", found none".formatted(field, op, id)));
  }

  private void requireAbsent(boolean present) {
    if (present) {
      throw new IllegalArgumentException(
          "expected of %s \"%s\" only what belongs to it: op, id%s"
              .formatted(op, id, op == Op.COMMIT ? ", amount, seconds" : ""));
    }
  }

  private CreditAmount positive(CreditAmount value) {
    if (value.isZero()) {
      throw new IllegalArgumentException(
          "expected an amount above 0 of %s \"%s\", found 0".formatted(op, id));
    }
    return value;
  }

  private Duration time(int value, Duration longest) {
    if (value < 1 || value > longest.toSeconds()) {
      throw new IllegalArgumentException(
          "expected seconds of 1 to %d of %s \"%s\", found %d"
              .formatted(longest.toSeconds(), op, id, value));
    }
    return Duration.ofSeconds(value);
  }
}
