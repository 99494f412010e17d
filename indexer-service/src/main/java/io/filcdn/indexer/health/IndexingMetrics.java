package io.filcdn.indexer.health;

import io.filcdn.common.chain.BlockNumber;
import io.filcdn.indexer.logs.FetchedRange;
import io.filcdn.indexer.range.RangePlanner;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.Optional;
import java.util.function.Function;

/** The meters of indexing. An alarm belongs on {@code halted} and {@code undecodable.logs}. */
final class IndexingMetrics {

  private final MeterRegistry registry;
  private final DistributionSummary reorgs;

  IndexingMetrics(
      MeterRegistry registry,
      Progress progress,
      InconsistentReads inconsistentReads,
      RangePlanner ranges) {
    this.registry = registry;
    this.reorgs = registry.summary("filcdn.indexer.reorg.depth.blocks");
    registry.counter("filcdn.indexer.repairs").increment(0); // there from the start, for alarms
    registry.counter("filcdn.indexer.taken.back.data.sets").increment(0); // likewise
    gauge(progress, "head.block", now -> now.tip().map(tip -> number(tip.head().number())));
    gauge(progress, "indexed.block", now -> now.cursor().map(at -> number(at.number())));
    gauge(progress, "final.block", now -> now.finalNumber().map(IndexingMetrics::number));
    gauge(progress, "lag.blocks", now -> now.lagBlocks().map(Long::doubleValue));
    gauge(progress, "undecodable.logs", now -> Optional.of((double) now.undecodable().unknown()));
    gauge(progress, "malformed.logs", now -> Optional.of((double) now.undecodable().malformed()));
    gauge(progress, "halted", now -> Optional.of(now.state() == Progress.State.HALTED ? 1.0 : 0.0));
    registry.gauge("filcdn.indexer.waits", inconsistentReads, InconsistentReads::consecutive);
    registry.gauge("filcdn.indexer.range.blocks", ranges, RangePlanner::blocks);
  }

  private void gauge(
      Progress progress, String name, Function<Progress.Snapshot, Optional<Double>> value) {
    registry.gauge(
        "filcdn.indexer." + name, progress, p -> value.apply(p.now()).orElse(Double.NaN));
  }

  private static double number(BlockNumber block) {
    return block.value();
  }

  void applied(FetchedRange.Fetched fetched) {
    fetched
        .step()
        .events()
        .forEach(
            logged ->
                registry
                    .counter(
                        "filcdn.indexer.events", "event", logged.event().getClass().getSimpleName())
                    .increment());
    registry.counter("filcdn.indexer.unknown.logs").increment(fetched.unknown());
  }

  /** Blocks were found to hold other logs than the index had. */
  void repaired() {
    registry.counter("filcdn.indexer.repairs").increment();
  }

  /** Data sets that may have been served are on the chain no more, or are another payer's. */
  void tookBack(int dataSets) {
    registry.counter("filcdn.indexer.taken.back.data.sets").increment(dataSets);
  }

  void reorganised(long depth) {
    reorgs.record((double) depth);
  }
}
