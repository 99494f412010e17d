package io.filcdn.common.access;

import com.fasterxml.jackson.annotation.JsonAnySetter;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonInclude.Include;
import io.filcdn.common.chain.Address;
import io.filcdn.common.payment.DataSetId;
import io.filcdn.common.piece.ByteCount;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The limits of a key. What is left out is not limited; of a list one entry must fit. A limit that
 * is unknown is refused wherever limits are read, as a reader without it would let pass what it
 * forbids.
 *
 * @param bytes in all
 * @param bytesPerDay of a day in UTC
 * @param bytesPerMonth of a month in UTC
 * @param requestsPerSecond 1 to 1,000,000
 * @param origins of the pages that may use it
 * @param networks of the clients that may use it
 * @param payers whose pieces it is for
 * @param dataSets whose pieces it is for
 */
@JsonInclude(Include.NON_ABSENT)
public record KeyLimits(
    Optional<ByteCount> bytes,
    Optional<ByteCount> bytesPerDay,
    Optional<ByteCount> bytesPerMonth,
    Optional<Integer> requestsPerSecond,
    @JsonInclude(Include.NON_EMPTY) List<Origin> origins,
    @JsonInclude(Include.NON_EMPTY) List<IpNetwork> networks,
    @JsonInclude(Include.NON_EMPTY) List<Address> payers,
    @JsonInclude(Include.NON_EMPTY) List<DataSetId> dataSets) {

  /** The most entries of each list. */
  public static final int MOST_ENTRIES = 32;

  private static final int MOST_REQUESTS = 1_000_000;

  /** No limit at all. */
  public static final KeyLimits NONE =
      new KeyLimits(
          Optional.empty(),
          Optional.empty(),
          Optional.empty(),
          Optional.empty(),
          List.of(),
          List.of(),
          List.of(),
          List.of());

  public KeyLimits {
    positive("bytes", bytes);
    positive("bytesPerDay", bytesPerDay);
    positive("bytesPerMonth", bytesPerMonth);
    if (requestsPerSecond.filter(rate -> rate < 1 || rate > MOST_REQUESTS).isPresent()) {
      throw new IllegalArgumentException(
          "expected requestsPerSecond of 1 to %d, found %d"
              .formatted(MOST_REQUESTS, requestsPerSecond.get()));
    }
    origins = bounded("origins", origins);
    networks = bounded("networks", networks);
    payers = bounded("payers", payers);
    dataSets = bounded("dataSets", dataSets);
  }

  /** The most bytes in a period; empty where they are not limited. */
  public Optional<ByteCount> cap(CapPeriod period) {
    return switch (period) {
      case CapPeriod.Life _ -> bytes;
      case CapPeriod.Day _ -> bytesPerDay;
      case CapPeriod.Month _ -> bytesPerMonth;
    };
  }

  /**
   * Refuses a limit of another name.
   *
   * @throws IllegalArgumentException always
   */
  @JsonAnySetter
  @SuppressWarnings("DoNotCallSuggester") // for Jackson alone
  void unknown(String name, Object value) {
    throw new IllegalArgumentException(
        "expected limits that are known here, found another, \"%s\"".formatted(name));
  }

  static void positive(String what, Optional<ByteCount> bytes) {
    if (bytes.filter(ByteCount::isZero).isPresent()) {
      throw new IllegalArgumentException("expected %s of at least 1, found 0".formatted(what));
    }
  }

  static <T> List<T> bounded(String what, @Nullable List<T> entries) {
    if (entries == null) {
      return List.of();
    }
    if (entries.size() > MOST_ENTRIES || entries.stream().anyMatch(Objects::isNull)) {
      throw new IllegalArgumentException(
          "expected at most %d %s, none of them null, found %d"
              .formatted(MOST_ENTRIES, what, entries.size()));
    }
    return List.copyOf(entries);
  }
}
