package io.filcdn.common.access;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.YearMonth;
import java.time.ZoneOffset;
import java.time.format.DateTimeParseException;
import java.util.Optional;

/** A period of a cap: all the life of a key or policy, or a day or month of UTC. */
public sealed interface CapPeriod {

  /** The time for which a period that is over can be leased: a response counts to its beginning. */
  Duration LEASED_AFTER_END = Duration.ofDays(1);

  /** The time from a key's making on. */
  record Life() implements CapPeriod {
    @JsonValue
    @Override
    public String toString() {
      return "life";
    }
  }

  /** A day. */
  record Day(LocalDate day) implements CapPeriod {
    public Day {
      requireNonNull(day, "day is missing");
    }

    @JsonValue
    @Override
    public String toString() {
      return day.toString();
    }
  }

  /** A month. */
  record Month(YearMonth month) implements CapPeriod {
    public Month {
      requireNonNull(month, "month is missing");
    }

    @JsonValue
    @Override
    public String toString() {
      return month.toString();
    }
  }

  /** The first moment behind it; none where it has no end. */
  default Optional<Instant> end() {
    return switch (this) {
      case Life _ -> Optional.empty();
      case Day(LocalDate day) -> Optional.of(start(day.plusDays(1)));
      case Month(YearMonth month) -> Optional.of(start(month.plusMonths(1).atDay(1)));
    };
  }

  /** Its first moment; none where it begins with the key or policy. */
  default Optional<Instant> start() {
    return switch (this) {
      case Life _ -> Optional.empty();
      case Day(LocalDate day) -> Optional.of(start(day));
      case Month(YearMonth month) -> Optional.of(start(month.atDay(1)));
    };
  }

  private static Instant start(LocalDate day) {
    return day.atStartOfDay(ZoneOffset.UTC).toInstant();
  }

  /**
   * Reads a period as it is written: {@code life}, {@code 2026-11-30}, {@code 2026-11}.
   *
   * @throws IllegalArgumentException where the text is none
   */
  @JsonCreator
  static CapPeriod of(String text) {
    try {
      CapPeriod period =
          switch (text.length()) {
            case 4 -> new Life();
            case 7 -> new Month(YearMonth.parse(text));
            case 10 -> new Day(LocalDate.parse(text));
            default -> throw refused();
          };
      if (period.toString().equals(text)) {
        return period;
      }
    } catch (DateTimeParseException e) {
      throw refused();
    }
    throw refused();
  }

  private static IllegalArgumentException refused() {
    return new IllegalArgumentException(
        "expected a period like life, 2026-11-30 or 2026-11, found another text");
  }
}
