package io.filcdn.settlement.due;

import io.filcdn.common.piece.ByteCount;
import io.smallrye.config.WithDefault;
import java.time.Duration;

/** Rules of what is due. */
public interface DueConfig {

  /** The bytes, both kinds together, below which a data set waits for more. 0: none waits. */
  @WithDefault("0")
  ByteCount dust();

  /** The longest time that bytes wait for more. */
  @WithDefault("1d")
  Duration dustMaxAge();

  /**
   * The time for which the index may not show a report that is final before its data set is set
   * aside: a log that it lost would be reported twice.
   */
  @WithDefault("30m")
  Duration indexGrace();

  /**
   * Blocks ahead of the newest one: a data set of which a later epoch was reported is set aside.
   * Only someone else with the operator's key reports the future.
   */
  @WithDefault("20")
  int epochMarginBlocks();

  /**
   * Blocks before its end at which a rail is settled in a transaction of its own: should it end
   * before that is in a block, only that one fails.
   */
  @WithDefault("20")
  int railEndMarginBlocks();

  /**
   * The time after a payer is known to be sanctioned at which the CDN of its data sets is ended,
   * even where not all is reported and settled before.
   */
  @WithDefault("6h")
  Duration terminateWithin();
}
