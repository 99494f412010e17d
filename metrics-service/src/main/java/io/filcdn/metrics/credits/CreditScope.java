package io.filcdn.metrics.credits;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import io.filcdn.common.credit.CreditKind;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** A thing that a service may do with a kind of credit, as in {@code reserve:uploadBytes}. */
public record CreditScope(Action action, CreditKind kind) {

  /** The kind of a call. */
  public enum Action {
    /** Reserving, and what follows. */
    RESERVE,
    /** Giving credit. */
    GRANT,
    /** Looking at balances, grants and entries of all accounts. */
    READ
  }

  /**
   * Reads a scope.
   *
   * @throws IllegalArgumentException where the text is none
   */
  @JsonCreator
  public static CreditScope of(String text) {
    List<String> parts = List.of(text.split(":", -1));
    return Arrays.stream(Action.values())
        .filter(action -> parts.size() == 2 && name(action).equals(parts.getFirst()))
        .findFirst()
        .map(action -> new CreditScope(action, CreditKind.of(parts.getLast())))
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "expected a scope of reserve, grant or read, and a kind, such as"
                        + " reserve:uploadBytes, found another text"));
  }

  private static String name(Action action) {
    return action.name().toLowerCase(Locale.ROOT);
  }

  @JsonValue
  @Override
  public String toString() {
    return name(action) + ":" + kind;
  }
}
