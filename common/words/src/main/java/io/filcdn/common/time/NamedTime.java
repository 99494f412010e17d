package io.filcdn.common.time;

import java.time.DateTimeException;
import java.time.Instant;
import java.util.Optional;

/**
 * The times that people and programs may name: from 1970 on and before the year 9999, which all
 * databases, clients and languages can tell.
 */
public final class NamedTime {

  /** The first time that is too late. */
  public static final Instant END = Instant.parse("9999-01-01T00:00:00Z");

  private NamedTime() {}

  /** True where a time may be named. */
  public static boolean isOne(Instant time) {
    return !time.isBefore(Instant.EPOCH) && time.isBefore(END);
  }

  /** The time that a text in the form of RFC 3339 names; empty where it names none. */
  public static Optional<Instant> read(String text) {
    try {
      return Optional.of(Instant.parse(text)).filter(NamedTime::isOne);
    } catch (DateTimeException e) {
      return Optional.empty();
    }
  }
}
