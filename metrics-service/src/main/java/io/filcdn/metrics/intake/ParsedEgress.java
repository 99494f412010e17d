package io.filcdn.metrics.intake;

import io.filcdn.common.egress.EgressRecord;
import io.filcdn.common.kafka.DeadLetter;
import io.filcdn.metrics.identity.AuthenticationFailure;
import io.filcdn.service.kafka.SourceRecord;
import java.time.Instant;
import java.util.Arrays;
import java.util.Optional;

/** A record of {@code filcdn.egress} as it was read. */
public sealed interface ParsedEgress {

  SourceRecord source();

  /** Its place in its journal; empty where that could not be told. */
  Optional<Position> position();

  /**
   * A flush that can be counted.
   *
   * @param approved whether an operator has said that it counts, whoever signed it and whatever its
   *     journal holds
   */
  record Flush(SourceRecord source, EgressRecord egress, boolean approved) implements ParsedEgress {

    public Flush(SourceRecord source, EgressRecord egress) {
      this(source, egress, false);
    }

    @Override
    public Optional<Position> position() {
      return Optional.of(new Position(egress.journal(), egress.partition(), egress.sequence()));
    }
  }

  /** A record that cannot be counted. */
  record Refused(
      SourceRecord source, Optional<Position> position, DeadLetterReason reason, String message)
      implements ParsedEgress {

    /** As those who look after dead letters are told. */
    public DeadLetter deadLetter(Instant at) {
      return new DeadLetter(
          "metrics",
          source.topic(),
          source.partition(),
          source.offset(),
          Optional.ofNullable(source.key()),
          Optional.ofNullable(source.value()),
          reason.code(),
          message,
          at);
    }
  }

  /** The reason that a record is a dead letter; also a label of its metric. */
  enum DeadLetterReason {
    /** It is no record of its topic's kind. */
    UNREADABLE("unreadable"),
    /** It is one, but counts more than an edge can have served. */
    IMPLAUSIBLE("implausible"),
    /** It counts more than its journal holds of a quota, or than a sum can hold. */
    BEYOND_HOLDINGS("beyond-holdings"),
    /** See {@link AuthenticationFailure}. */
    UNSIGNED(AuthenticationFailure.UNSIGNED.code()),
    UNKNOWN_EDGE(AuthenticationFailure.UNKNOWN_EDGE.code()),
    KEY_NOT_VALID(AuthenticationFailure.KEY_NOT_VALID.code()),
    BAD_SIGNATURE(AuthenticationFailure.BAD_SIGNATURE.code()),
    FOREIGN_JOURNAL(AuthenticationFailure.FOREIGN_JOURNAL.code());

    private final String code;

    DeadLetterReason(String code) {
      this.code = code;
    }

    static DeadLetterReason of(AuthenticationFailure distrust) {
      return switch (distrust) {
        case UNSIGNED -> UNSIGNED;
        case UNKNOWN_EDGE -> UNKNOWN_EDGE;
        case KEY_NOT_VALID -> KEY_NOT_VALID;
        case BAD_SIGNATURE -> BAD_SIGNATURE;
        case FOREIGN_JOURNAL -> FOREIGN_JOURNAL;
      };
    }

    /** The reason that dead letters name so. */
    public static Optional<DeadLetterReason> of(String code) {
      return Arrays.stream(values()).filter(reason -> reason.code.equals(code)).findFirst();
    }

    /**
     * True where a record that is refused so does not take the place in a journal that it names:
     * nobody knows whose word it is.
     */
    public boolean takesNoPlace() {
      return switch (this) {
        case UNREADABLE, IMPLAUSIBLE, BEYOND_HOLDINGS -> false;
        case UNSIGNED, UNKNOWN_EDGE, KEY_NOT_VALID, BAD_SIGNATURE, FOREIGN_JOURNAL -> true;
      };
    }

    /** As dead letters and metrics name it. */
    public String code() {
      return code;
    }
  }
}
