package io.filcdn.retrieval.cache;

import io.filcdn.retrieval.origin.OriginFailure;
import io.filcdn.retrieval.origin.OriginFailure.Kind;
import io.filcdn.retrieval.refusal.Problem;
import io.filcdn.retrieval.refusal.Refusal;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/** The outcome of a fill that brought nothing, as clients are told of it. */
public final class FillOutcome {

  private FillOutcome() {}

  /** The problem that the failures of all providers amount to. */
  public static Problem of(List<OriginFailure> failures) {
    Set<Kind> kinds = failures.stream().map(OriginFailure::kind).collect(Collectors.toSet());
    return new Problem(refusal(kinds), failures.stream().map(OriginFailure::shown).toList());
  }

  /** The problem as the log tells it: providers are blamed only for what they were asked. */
  static String told(Problem problem) {
    return problem.refusal().code() + " " + problem.details();
  }

  private static Refusal refusal(Set<Kind> kinds) {
    if (kinds.isEmpty()) {
      return Refusal.CACHE_MISS_RAIL_ENDED;
    }
    if (kinds.equals(Set.of(Kind.NOT_FOUND))) {
      return Refusal.PIECE_GONE;
    }
    if (kinds.equals(Set.of(Kind.TIMEOUT))) {
      return Refusal.ORIGIN_TIMEOUT;
    }
    if (kinds.equals(Set.of(Kind.UNPAID))) {
      return Refusal.CACHE_MISS_QUOTA_EXHAUSTED;
    }
    if (Set.of(Kind.UNPAID, Kind.CONTENDED).containsAll(kinds)) {
      return Refusal.QUOTA_RESERVED;
    }
    if (Set.of(Kind.UNPAID, Kind.CONTENDED, Kind.UNLEASED).containsAll(kinds)) {
      return Refusal.LEASE_DESK_UNREACHABLE;
    }
    if (kinds.equals(Set.of(Kind.BUSY))) {
      return Refusal.ORIGIN_BUSY;
    }
    return Refusal.ORIGIN_FAILED;
  }
}
