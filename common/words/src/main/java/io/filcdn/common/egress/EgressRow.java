package io.filcdn.common.egress;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import com.fasterxml.jackson.annotation.JsonValue;
import io.filcdn.common.access.KeyId;
import io.filcdn.common.payment.DataSetId;
import io.filcdn.common.piece.ByteCount;
import java.time.LocalDate;
import java.util.Locale;
import java.util.Optional;

/**
 * A sum over one flush of an edge's journal. Only {@link Egress} and {@link Fill} are ever paid
 * for.
 */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "kind")
@JsonSubTypes({
  @JsonSubTypes.Type(value = EgressRow.Egress.class, name = "egress"),
  @JsonSubTypes.Type(value = EgressRow.Fill.class, name = "fill"),
  @JsonSubTypes.Type(value = EgressRow.Unbilled.class, name = "unbilled")
})
public sealed interface EgressRow {

  /** The data set that pays, or would have. */
  DataSetId dataSet();

  /**
   * Billable body bytes that clients' sockets accepted.
   *
   * @param status the class of the responses' status, such as {@code 2xx}
   * @param country ISO 3166-1 alpha-2 of the client, {@code ZZ} where unknown
   * @param requests retrievals that ended in this flush
   * @param key the payer's key that they were asked for with, where it was one
   */
  record Egress(
      DataSetId dataSet,
      CacheOutcome cache,
      String status,
      String country,
      long requests,
      ByteCount egressBytes,
      Optional<UsedKey> key)
      implements EgressRow {
    public Egress {
      requireNonNull(dataSet, "dataSet is missing");
      requireNonNull(cache, "cache is missing");
      requireNonNull(status, "status is missing");
      requireNonNull(country, "country is missing");
      requireNonNull(egressBytes, "egressBytes is missing");
      requireNotNegative(requests);
    }
  }

  /**
   * A payer's key, and the day to whose caps bytes count.
   *
   * @param day in UTC, in which the responses began; its month is the month
   */
  record UsedKey(KeyId id, LocalDate day) {
    public UsedKey {
      requireNonNull(id, "id is missing");
      requireNonNull(day, "day is missing");
    }
  }

  /**
   * Bytes that providers supplied to fills that verified; counted once a fill, for the data set
   * whose provider supplied them.
   *
   * @param fills fills that ended in this flush
   */
  record Fill(DataSetId dataSet, long fills, ByteCount fillBytes) implements EgressRow {
    public Fill {
      requireNonNull(dataSet, "dataSet is missing");
      requireNonNull(fillBytes, "fillBytes is missing");
      requireNotNegative(fills);
    }
  }

  /**
   * Bytes that nobody pays for.
   *
   * @param bot the name of the bot whose token came with the request
   * @param unbilledBytes body bytes that clients' sockets accepted
   * @param unbilledFillBytes bytes that this data set's provider supplied
   */
  record Unbilled(
      DataSetId dataSet,
      Reason reason,
      Optional<String> bot,
      long requests,
      ByteCount unbilledBytes,
      ByteCount unbilledFillBytes)
      implements EgressRow {
    public Unbilled {
      requireNonNull(dataSet, "dataSet is missing");
      requireNonNull(reason, "reason is missing");
      requireNonNull(unbilledBytes, "unbilledBytes is missing");
      requireNonNull(unbilledFillBytes, "unbilledFillBytes is missing");
      requireNotNegative(requests);
    }
  }

  /** The reason that bytes are not paid for. */
  enum Reason {
    /** The request carried a bot's token. */
    BOT,
    /** The fill that they came from did not verify. */
    UNVERIFIED;

    @JsonCreator
    static Reason of(String text) {
      return valueOf(text.toUpperCase(Locale.ROOT));
    }

    @JsonValue
    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  private static void requireNotNegative(long count) {
    if (count < 0) {
      throw new IllegalArgumentException("expected a count of at least 0, found " + count);
    }
  }
}
