package io.filcdn.common.kafka;

import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/**
 * The services that talk to Kafka, and what each may do there: nothing but what stands here. The
 * same table is in {@code docs/security.md}.
 */
public enum KafkaPrincipal {
  /** Tells what the chain says. */
  INDEXER,
  /** Edges: what they write counts only by their signatures. */
  RETRIEVAL,
  /** Counts; writes egress only where an operator replays it. */
  METRICS,
  /** Reports and settles. */
  SETTLEMENT;

  /** The service, as in {@code indexer}. */
  public String service() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** The topics that it may write to. */
  public Set<Topic> writes() {
    return switch (this) {
      case INDEXER -> Set.of(Topic.PLACEMENTS, Topic.DATA_SETS, Topic.PROVIDERS, Topic.PAYERS);
      case RETRIEVAL -> Set.of(Topic.TREES, Topic.SIGHTINGS, Topic.EGRESS, Topic.RETRIEVALS);
      case METRICS ->
          Set.of(
              Topic.KEYS,
              Topic.POLICIES,
              Topic.EGRESS,
              Topic.USAGE,
              Topic.QUOTA,
              Topic.CREDITS,
              Topic.DEAD_LETTERS);
      case SETTLEMENT -> Set.of(Topic.SETTLEMENT, Topic.DEAD_LETTERS);
    };
  }

  /** The topics that it may read. */
  public Set<Topic> reads() {
    return switch (this) {
      case INDEXER -> Set.of();
      case RETRIEVAL ->
          Set.of(
              Topic.PLACEMENTS,
              Topic.DATA_SETS,
              Topic.PROVIDERS,
              Topic.PAYERS,
              Topic.TREES,
              Topic.KEYS,
              Topic.POLICIES,
              Topic.SIGHTINGS);
      case METRICS ->
          Set.of(
              Topic.PLACEMENTS, Topic.DATA_SETS, Topic.EGRESS, Topic.RETRIEVALS, Topic.SETTLEMENT);
      case SETTLEMENT -> Set.of(Topic.DATA_SETS, Topic.PAYERS, Topic.USAGE);
    };
  }

  /** The prefix of its consumer groups' names; nothing where it has none. */
  public Optional<String> groupPrefix() {
    return switch (this) {
      case INDEXER, RETRIEVAL -> Optional.empty();
      case METRICS, SETTLEMENT -> Optional.of("filcdn-%s-".formatted(service()));
    };
  }
}
