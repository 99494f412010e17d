package io.filcdn.metrics.intake;

import io.filcdn.common.egress.EgressRecord;
import io.filcdn.common.kafka.DeadLetter;
import java.time.Instant;
import java.util.Optional;

/** What a record of {@code filcdn.egress} turned out to be. */
public sealed interface Reading {

  SourceRecord source();

  /** Its place in its journal; empty where that could not be told. */
  Optional<Position> position();

  /** A flush that can be counted. */
  record Flush(SourceRecord source, EgressRecord egress) implements Reading {
    @Override
    public Optional<Position> position() {
      return Optional.of(new Position(egress.journal(), egress.partition(), egress.sequence()));
    }
  }

  /** A record that cannot be counted. */
  record Refused(SourceRecord source, Optional<Position> position, Refusal refusal, String message)
      implements Reading {

    /** As those who look after dead letters are told. */
    public DeadLetter deadLetter(Instant at) {
      return new DeadLetter(
          "metrics",
          source.topic(),
          source.partition(),
          source.offset(),
          Optional.ofNullable(source.key()),
          Optional.ofNullable(source.value()),
          refusal.code(),
          message,
          at);
    }
  }

  /** Why a record is a dead letter; also a label of its metric. */
  enum Refusal {
    /** It is no record of its topic's kind. */
    UNREADABLE("unreadable"),
    /** It is one, but counts more than an edge can have served. */
    IMPLAUSIBLE("implausible");

    private final String code;

    Refusal(String code) {
      this.code = code;
    }

    /** As dead letters and metrics name it. */
    public String code() {
      return code;
    }
  }
}
