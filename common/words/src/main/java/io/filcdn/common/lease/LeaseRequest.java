package io.filcdn.common.lease;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import com.fasterxml.jackson.annotation.JsonUnwrapped;
import io.filcdn.common.egress.JournalId;
import io.filcdn.common.piece.ByteCount;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * A request of one run of an edge for what it wants to hold of quotas, posted to {@link #PATH};
 * answered by a {@link LeaseAnswer}. All numbers are sums since the journal began, never changes:
 * acquiring, renewing and returning are one request, and one that comes twice or late does no harm.
 * Without asks it only tells that the edge lives.
 *
 * @param journal in which the edge records what it serves from these leases
 * @param edge the name of the edge, for people
 * @param asks at most {@link #MOST_ASKS}, of different quotas
 */
public record LeaseRequest(JournalId journal, String edge, List<Ask> asks) {

  /** The path that it is posted to. */
  public static final String PATH = "/internal/v1/leases";

  /** The most asks that one request can have. */
  public static final int MOST_ASKS = 1000;

  public LeaseRequest {
    requireNonNull(journal, "journal is missing");
    requireNonNull(edge, "edge is missing");
    asks = List.copyOf(requireNonNull(asks, "asks is missing"));
    if (asks.size() > MOST_ASKS) {
      throw new IllegalArgumentException(
          "expected at most %d asks, found %d".formatted(MOST_ASKS, asks.size()));
    }
    Set<QuotaName> different = new HashSet<>();
    for (Ask ask : asks) {
      if (!different.add(ask.name())) {
        throw new IllegalArgumentException(
            "expected one ask for %s, found two".formatted(ask.name()));
      }
    }
  }

  /**
   * The bytes wanted of one quota. In JSON its name is {@link QuotaFields}.
   *
   * @param acquired the sum that the journal wants to have been given; less where there is less
   * @param needed the smallest sum that helps: where there is less, nothing more is given
   * @param returned the sum that the journal has given back, unused
   * @param used the sum that was served, of a cap whose use no record tells
   */
  @JsonPropertyOrder("fields")
  public record Ask(
      @JsonIgnore QuotaName name,
      ByteCount acquired,
      ByteCount needed,
      ByteCount returned,
      Optional<ByteCount> used) {

    public Ask {
      requireNonNull(name, "name is missing");
      requireNonNull(acquired, "acquired is missing");
      requireNonNull(needed, "needed is missing");
      requireNonNull(returned, "returned is missing");
      if (needed.compareTo(acquired) > 0) {
        throw new IllegalArgumentException(
            "expected at most the %s acquired bytes to be needed, found %s"
                .formatted(acquired, needed));
      }
      if (used.isPresent() != name instanceof CapName) {
        throw new IllegalArgumentException(
            "expected used with cap, and with nothing else, found another choice of them");
      }
    }

    /** An ask for what records tell the use of. */
    public Ask(QuotaName name, ByteCount acquired, ByteCount needed, ByteCount returned) {
      this(name, acquired, needed, returned, Optional.empty());
    }

    @JsonCreator
    static Ask read(
        @JsonUnwrapped QuotaFields fields,
        @JsonProperty("acquired") ByteCount acquired,
        @JsonProperty("needed") ByteCount needed,
        @JsonProperty("returned") ByteCount returned,
        @JsonProperty("used") Optional<ByteCount> used) {
      return new Ask(fields.name(), acquired, needed, returned, used);
    }

    @JsonUnwrapped
    QuotaFields fields() {
      return QuotaFields.of(name);
    }
  }
}
