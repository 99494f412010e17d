package io.filcdn.settlement.model;

import com.fasterxml.jackson.annotation.JsonValue;
import io.filcdn.common.usage.QuotaRecord;
import java.util.List;
import java.util.Optional;

/** The kind of work that a transaction does, and that a data set can be set aside from. */
public enum Activity {
  /** Records usage: {@code recordUsageRollups}. */
  REPORT("report", Optional.empty()),
  /** Pays the CDN: {@code settleCDNPaymentRails}. */
  SETTLE_CDN("settle-cdn", Optional.of(QuotaRecord.Kind.CDN)),
  /** Pays providers for misses: {@code settleCacheMissPaymentRails}. */
  SETTLE_CACHE_MISS("settle-cache-miss", Optional.of(QuotaRecord.Kind.CACHE_MISS)),
  /** Ends the CDN of a data set: {@code terminateCDNPaymentRails}. */
  TERMINATE("terminate", Optional.empty()),
  /** Spends a nonce that is missing in the ledger, on nothing. */
  FILL_GAP("fill-gap", Optional.empty());

  private final String text;
  private final Optional<QuotaRecord.Kind> rail;

  Activity(String text, Optional<QuotaRecord.Kind> rail) {
    this.text = text;
    this.rail = rail;
  }

  /** The rail that this settles; empty where it settles none. */
  public Optional<QuotaRecord.Kind> rail() {
    return rail;
  }

  /** The activity that settles {@code rail}. */
  public static Activity settling(QuotaRecord.Kind rail) {
    return switch (rail) {
      case CDN -> SETTLE_CDN;
      case CACHE_MISS -> SETTLE_CACHE_MISS;
    };
  }

  /**
   * Reads an activity.
   *
   * @throws IllegalArgumentException where the text names none
   */
  public static Activity of(String text) {
    for (Activity activity : values()) {
      if (activity.text.equals(text)) {
        return activity;
      }
    }
    throw new IllegalArgumentException(
        "expected an activity of %s, found \"%s\"".formatted(List.of(values()), text));
  }

  @JsonValue
  @Override
  public String toString() {
    return text;
  }
}
