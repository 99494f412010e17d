package io.filcdn.common.lease;

import static java.util.Objects.requireNonNull;

import io.filcdn.common.egress.JournalId;
import io.filcdn.common.payment.DataSetId;
import io.filcdn.common.piece.ByteCount;
import io.filcdn.common.usage.QuotaRecord;
import java.util.HashSet;
import java.util.List;
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
    Set<Object> different = new HashSet<>();
    for (Ask ask : asks) {
      if (!different.add(List.of(ask.dataSet(), ask.quota()))) {
        throw new IllegalArgumentException(
            "expected one ask for the %s quota of %s, found two"
                .formatted(ask.quota(), ask.dataSet()));
      }
    }
  }

  /**
   * The bytes wanted of one of a data set's quotas.
   *
   * @param acquired the sum that the journal wants to have been given; less where there is less
   * @param needed the smallest sum that helps: where there is less, nothing more is given
   * @param returned the sum that the journal has given back, unused
   */
  public record Ask(
      DataSetId dataSet,
      QuotaRecord.Kind quota,
      ByteCount acquired,
      ByteCount needed,
      ByteCount returned) {
    public Ask {
      requireNonNull(dataSet, "dataSet is missing");
      requireNonNull(quota, "quota is missing");
      requireNonNull(acquired, "acquired is missing");
      requireNonNull(needed, "needed is missing");
      requireNonNull(returned, "returned is missing");
      if (needed.compareTo(acquired) > 0) {
        throw new IllegalArgumentException(
            "expected at most the %s acquired bytes to be needed, found %s"
                .formatted(acquired, needed));
      }
    }
  }
}
