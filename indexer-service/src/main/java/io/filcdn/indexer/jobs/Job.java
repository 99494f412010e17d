package io.filcdn.indexer.jobs;

import java.time.Duration;

/** A piece of background work that is run again and again. */
@FunctionalInterface
public interface Job {

  /** Runs once; returns the pause before the next run. */
  Pause run() throws InterruptedException;

  /**
   * The pause between two runs.
   *
   * @param mayBeCutShort whether {@link JobThread#wake} ends it
   */
  record Pause(Duration length, boolean mayBeCutShort) {

    /** Until there may be something new, or someone says so. */
    static Pause untilWoken(Duration length) {
      return new Pause(length, true);
    }

    /** In full: after a failure. */
    static Pause of(Duration length) {
      return new Pause(length, false);
    }
  }
}
