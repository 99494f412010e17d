package io.filcdn.common.access;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonInclude.Include;
import io.filcdn.common.piece.ByteCount;
import io.filcdn.common.piece.PieceName;
import java.util.List;
import java.util.Optional;

/**
 * The limits of a policy. What is left out is not limited; of a list one entry must fit.
 *
 * @param bytes in all, of a data set
 * @param bytesPerDay of a data set and a day in UTC
 * @param bytesPerDayOfKey of a data set, a day and a key, or the bearer of one signed token
 * @param bytesPerDayOfClient of a data set, a day and a client
 * @param origins of the pages that may fetch
 * @param networks of the clients that may fetch
 * @param pieces that may be fetched
 */
@JsonInclude(Include.NON_ABSENT)
public record PolicyLimits(
    Optional<ByteCount> bytes,
    Optional<ByteCount> bytesPerDay,
    Optional<ByteCount> bytesPerDayOfKey,
    Optional<ByteCount> bytesPerDayOfClient,
    @JsonInclude(Include.NON_EMPTY) List<Origin> origins,
    @JsonInclude(Include.NON_EMPTY) List<IpNetwork> networks,
    @JsonInclude(Include.NON_EMPTY) List<PieceName> pieces) {

  /** The most entries of each list. */
  public static final int MOST_ENTRIES = KeyLimits.MOST_ENTRIES;

  /** No limit at all. */
  public static final PolicyLimits NONE =
      new PolicyLimits(
          Optional.empty(),
          Optional.empty(),
          Optional.empty(),
          Optional.empty(),
          List.of(),
          List.of(),
          List.of());

  public PolicyLimits {
    KeyLimits.positive("bytes", bytes);
    KeyLimits.positive("bytesPerDay", bytesPerDay);
    KeyLimits.positive("bytesPerDayOfKey", bytesPerDayOfKey);
    KeyLimits.positive("bytesPerDayOfClient", bytesPerDayOfClient);
    origins = KeyLimits.bounded("origins", origins);
    networks = KeyLimits.bounded("networks", networks);
    pieces = KeyLimits.bounded("pieces", pieces);
  }

  /** True where bytes are limited. */
  public boolean hasCaps() {
    return bytes.isPresent()
        || bytesPerDay.isPresent()
        || bytesPerDayOfKey.isPresent()
        || bytesPerDayOfClient.isPresent();
  }
}
