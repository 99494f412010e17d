package io.filcdn.common.kafka;

import java.time.Duration;
import java.util.Optional;

/**
 * The Kafka topics of FilCDN, with the settings they need to be right. {@code docs/events.md} tells
 * what their records hold.
 */
public enum Topic {
  /** The place of each piece. Key: {@link io.filcdn.common.index.PlacementKey}. */
  PLACEMENTS(Names.PLACEMENTS, Names.COMPACTED),
  /** The payer of a data set, and how far its payments reach. Key: data set id. */
  DATA_SETS(Names.DATA_SETS, Names.COMPACTED),
  /** The URLs where providers serve. Key: provider id. */
  PROVIDERS(Names.PROVIDERS, Names.COMPACTED),
  /** The payers, and which of them are sanctioned. Key: address. */
  PAYERS(Names.PAYERS, Names.COMPACTED),
  /** The trees of pieces. Key: PieceCID. */
  TREES(Names.TREES, Names.COMPACTED),
  /** The keys of payers. Key: the key's id. */
  KEYS(Names.KEYS, Names.COMPACTED),
  /** The policies of payers. Key: {@link io.filcdn.common.access.PolicyKey}. */
  POLICIES(Names.POLICIES, Names.COMPACTED),
  /** The regions in which keys are used. Key: the key's id. */
  SIGHTINGS(Names.SIGHTINGS, 1),
  /**
   * The bytes that edges served and fetched. Key: journal id; the partition is chosen by the edge.
   */
  EGRESS(Names.EGRESS, 30),
  /** One record a retrieval, for analytics. Key: payer. */
  RETRIEVALS(Names.RETRIEVALS, 2),
  /** Odometers. Key: data set id. */
  USAGE(Names.USAGE, Names.COMPACTED),
  /** Quota thresholds that were crossed. Key: data set id. */
  QUOTA(Names.QUOTA, 30),
  /** The entries of the ledger of credit. Key: account. */
  CREDITS(Names.CREDITS, 90),
  /** The actions of settlement on chain. Key: data set id. */
  SETTLEMENT(Names.SETTLEMENT, 90),
  /** The records that could not be applied, and why. Key: the topic it came from. */
  DEAD_LETTERS(Names.DEAD_LETTERS, 365);

  private final String topicName;
  private final int retentionDays;

  Topic(String topicName, int retentionDays) {
    this.topicName = topicName;
    this.retentionDays = retentionDays;
  }

  /** The name in Kafka. */
  public String topicName() {
    return topicName;
  }

  /** True where only the newest record of each key is kept, for ever. */
  public boolean compacted() {
    return retentionDays == Names.COMPACTED;
  }

  /** The time that records are kept; empty where the topic is compacted. */
  public Optional<Duration> retention() {
    return compacted() ? Optional.empty() : Optional.of(Duration.ofDays(retentionDays));
  }

  /** The names as constants, for annotations. */
  public static final class Names {
    public static final String PLACEMENTS = "filcdn.index.placements";
    public static final String DATA_SETS = "filcdn.index.data-sets";
    public static final String PROVIDERS = "filcdn.index.providers";
    public static final String PAYERS = "filcdn.index.payers";
    public static final String TREES = "filcdn.pieces.trees";
    public static final String KEYS = "filcdn.access.keys";
    public static final String POLICIES = "filcdn.access.policies";
    public static final String SIGHTINGS = "filcdn.access.sightings";
    public static final String EGRESS = "filcdn.egress";
    public static final String RETRIEVALS = "filcdn.retrievals";
    public static final String USAGE = "filcdn.usage";
    public static final String QUOTA = "filcdn.quota";
    public static final String CREDITS = "filcdn.credits.ledger";
    public static final String SETTLEMENT = "filcdn.settlement";
    public static final String DEAD_LETTERS = "filcdn.dead-letters";

    private static final int COMPACTED = 0;

    private Names() {}
  }
}
