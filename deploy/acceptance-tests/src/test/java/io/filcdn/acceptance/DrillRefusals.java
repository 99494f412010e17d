package io.filcdn.acceptance;

import io.filcdn.acceptance.DrillTakings.Offer;
import io.filcdn.acceptance.DrillTakings.Refusal;
import io.filcdn.common.piece.PieceCid;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The refusals of a drill, of which each needs a reason that the drill has made. */
final class DrillRefusals {

  /** What an edge may lack for a while when others are away, or its providers fail. */
  private static final Set<String> FOR_A_WHILE =
      Set.of(
          "502 origin-failed",
          "502 origin-busy",
          "503 cache-unavailable",
          "503 cannot-record",
          "503 data-set-provisional",
          "503 draining",
          "503 keys-unavailable",
          "503 lease-desk-unreachable",
          "503 policies-unavailable",
          "503 quota-reserved",
          "503 unverified-budget-exhausted",
          "504 origin-timeout");

  /** What is said of a piece that is not on the chain, or not known yet. */
  private static final Set<String> UNKNOWN =
      Set.of("404 piece-unknown", "404 provider-unknown", "402 no-deal");

  private static final long KNOWN_WITHIN = TimeUnit.SECONDS.toNanos(60);

  private final Map<Long, Set<String>> placed = new ConcurrentHashMap<>();
  private final Stack stack;
  private final TestDataSet shortOfMoney;
  private final @Nullable TestDataSet ended;

  /**
   * @param shortOfMoney the data set whose money runs out
   * @param ended the one whose rail has ended, where there is one
   */
  DrillRefusals(Stack stack, TestDataSet shortOfMoney, @Nullable TestDataSet ended) {
    this.stack = stack;
    this.shortOfMoney = shortOfMoney;
    this.ended = ended;
  }

  /** Those without a reason, and how often each came. */
  List<String> unexplained(Collection<Refusal> refusals) {
    return refusals.stream()
        .filter(refusal -> !isExplained(refusal))
        .collect(
            Collectors.groupingBy(
                refusal ->
                    "%s of a piece of data set %d at %s"
                        .formatted(
                            refusal.text(),
                            refusal.request().offer().dataSet().number(),
                            refusal.request().edge()),
                TreeMap::new,
                Collectors.counting()))
        .entrySet()
        .stream()
        .map(entry -> "%d × %s".formatted(entry.getValue(), entry.getKey()))
        .toList();
  }

  private boolean isExplained(Refusal refusal) {
    Offer offer = refusal.request().offer();
    String text = refusal.text();
    if (UNKNOWN.contains(text)) {
      return refusal.request().from() - offer.since() < KNOWN_WITHIN || !isPlaced(offer);
    }
    return switch (text) {
      case "402 cdn-quota-exhausted" -> offer.dataSet().equals(shortOfMoney);
      case "402 rail-ended", "402 cdn-off" -> offer.dataSet().equals(ended);
      default -> FOR_A_WHILE.contains(text);
    };
  }

  /** True where the chain has it now: what the drill took away is not there any more. */
  boolean isPlaced(Offer offer) {
    return placed
        .computeIfAbsent(offer.dataSet().number(), this::onChain)
        .contains(offer.cid().toString());
  }

  private Set<String> onChain(long dataSet) {
    return stack.devnet().reads().activePieces(dataSet).values().stream()
        .map(piece -> PieceCid.fromBytes(piece.cidBytes()).toString())
        .collect(Collectors.toSet());
  }
}
