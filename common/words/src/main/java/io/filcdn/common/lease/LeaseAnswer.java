package io.filcdn.common.lease;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import com.fasterxml.jackson.annotation.JsonUnwrapped;
import io.filcdn.common.piece.ByteCount;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The leases that a journal holds, in answer to a {@link LeaseRequest}.
 *
 * @param closed whether the journal's leases were ended for good: nothing is given to it any more
 * @param millisToLive how long after the request was sent responses may begin on these leases,
 *     unless they are renewed
 * @param leases one for each ask, in their order; none where the journal is closed
 * @param salts by which clients and tokens of today and tomorrow are sorted into buckets
 */
public record LeaseAnswer(
    boolean closed, long millisToLive, List<Lease> leases, List<CapSalt> salts) {

  public LeaseAnswer {
    leases = List.copyOf(requireNonNull(leases, "leases is missing"));
    salts = known(salts);
    if (millisToLive < 0) {
      throw new IllegalArgumentException(
          "expected at least 0 milliseconds to live, found " + millisToLive);
    }
  }

  /** An answer without salts. */
  public LeaseAnswer(boolean closed, long millisToLive, List<Lease> leases) {
    this(closed, millisToLive, leases, List.of());
  }

  /** A metrics service that knows only caps of keys tells none. */
  private static List<CapSalt> known(@Nullable List<CapSalt> salts) {
    return salts == null ? List.of() : List.copyOf(salts);
  }

  /**
   * The bytes that a journal was given of one quota. In JSON its name is {@link QuotaFields}.
   *
   * @param acquired the sum that it was given
   * @param returned the sum that it gave back
   * @param applied the sum that its egress records have used, or its edge says
   * @param unspent what of all that may be used no record of any journal has used; some of it may
   *     be held by others. Absent where metrics has not heard of its data set or key
   */
  @JsonPropertyOrder("fields")
  public record Lease(
      @JsonIgnore QuotaName name,
      ByteCount acquired,
      ByteCount returned,
      ByteCount applied,
      Optional<ByteCount> unspent) {

    public Lease {
      requireNonNull(name, "name is missing");
      requireNonNull(acquired, "acquired is missing");
      requireNonNull(returned, "returned is missing");
      requireNonNull(applied, "applied is missing");
    }

    @JsonCreator
    static Lease read(
        @JsonUnwrapped QuotaFields fields,
        @JsonProperty("acquired") ByteCount acquired,
        @JsonProperty("returned") ByteCount returned,
        @JsonProperty("applied") ByteCount applied,
        @JsonProperty("unspent") Optional<ByteCount> unspent) {
      return new Lease(fields.name(), acquired, returned, applied, unspent);
    }

    @JsonUnwrapped
    QuotaFields fields() {
      return QuotaFields.of(name);
    }
  }
}
