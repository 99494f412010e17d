package io.filcdn.common.usage;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import io.filcdn.common.payment.DataSetId;
import io.filcdn.common.piece.ByteCount;
import java.time.Instant;

/**
 * The fall of a data set's quota below a threshold, on {@code filcdn.quota}.
 *
 * @param thresholdPercent 20, 5 or 0 of what was granted
 */
public record QuotaRecord(
    DataSetId dataSet,
    Kind quota,
    int thresholdPercent,
    ByteCount granted,
    ByteCount remaining,
    Instant at) {

  public QuotaRecord {
    requireNonNull(dataSet, "dataSet is missing");
    requireNonNull(quota, "quota is missing");
    requireNonNull(granted, "granted is missing");
    requireNonNull(remaining, "remaining is missing");
    requireNonNull(at, "at is missing");
  }

  /** One of a data set's two quotas. */
  public enum Kind {
    /** Bytes of any response. */
    CDN("cdn"),
    /** Bytes fetched from providers. */
    CACHE_MISS("cacheMiss");

    private final String text;

    Kind(String text) {
      this.text = text;
    }

    /**
     * Reads a quota.
     *
     * @throws IllegalArgumentException where the text names none
     */
    @JsonCreator
    public static Kind of(String text) {
      for (Kind kind : values()) {
        if (kind.text.equals(text)) {
          return kind;
        }
      }
      throw new IllegalArgumentException(
          "expected the quota \"cdn\" or \"cacheMiss\", found \"%s\"".formatted(text));
    }

    @JsonValue
    @Override
    public String toString() {
      return text;
    }
  }
}
