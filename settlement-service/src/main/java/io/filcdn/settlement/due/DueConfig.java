package io.filcdn.settlement.due;

import io.filcdn.common.piece.ByteCount;
import io.smallrye.config.WithDefault;
import java.time.Duration;

/** What counts as due. */
public interface DueConfig {

  /**
   * A data set with fewer bytes to report than this, both kinds together, waits for more. 0: none
   * waits.
   */
  @WithDefault("0")
  ByteCount dust();

  /** How long bytes wait for more, at most. */
  @WithDefault("1d")
  Duration dustMaxAge();

  /**
   * How long the index may not show a report that is final before its data set is set aside: a log
   * that it lost would be reported twice.
   */
  @WithDefault("30m")
  Duration indexGrace();

  /**
   * A data set of which an epoch was reported that is further ahead of the newest block than this
   * many blocks is set aside: only someone else with the operator's key reports the future.
   */
  @WithDefault("20")
  int epochMarginBlocks();

  /**
   * A rail that ends within this many blocks is settled in a transaction of its own: should it end
   * before that is in a block, only that one fails.
   */
  @WithDefault("20")
  int railEndMarginBlocks();

  /**
   * How long after a payer is known to be sanctioned the CDN of its data sets is ended, even where
   * not all is reported and settled before.
   */
  @WithDefault("6h")
  Duration terminateWithin();
}
