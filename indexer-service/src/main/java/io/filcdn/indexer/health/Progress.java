package io.filcdn.indexer.health;

import io.filcdn.common.chain.BlockNumber;
import io.filcdn.indexer.chain.Tip;
import io.filcdn.indexer.store.Cursor;
import io.filcdn.indexer.store.UndecodableCounts;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Locale;
import java.util.Optional;
import org.jboss.logging.Logger;

/**
 * The progress of the indexer, for status, health and gauges. Written by the loop and the
 * publisher, each its own part; read by any thread. The states:
 *
 * <pre>
 *            another process indexes
 *  STARTING --------------------------> STANDBY
 *     |                                    |
 *     +------------------------------------+  that one has ended
 *     |              head reached
 *     v    +--------------------------------+
 *  CATCHING_UP                              v
 *     ^                                 FOLLOWING
 *     +-------------------------------------+
 *             reorg, or blocks to read
 *
 *  from each of these by one turn, and back by one that goes well:
 *     WAITING   a node's answers do not fit together
 *     FAILING   nodes or database fail
 *     HALTED    a final block changed: an operator rewinds, or the nodes agree again
 * </pre>
 */
@Singleton
public final class Progress {

  private static final Logger LOG = Logger.getLogger(Progress.class);

  private final Clock clock;
  private volatile Snapshot now;
  private volatile Optional<String> publishingFailure = Optional.empty();

  public Progress(Clock clock) {
    this.clock = clock;
    this.now =
        new Snapshot(
            State.STARTING,
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            UndecodableCounts.NONE,
            clock.instant());
  }

  /** The state of the indexer. */
  public enum State {
    /** It has not looked at the chain yet. */
    STARTING(true),
    /** Another process indexes; this one takes over when that one ends. */
    STANDBY(false),
    /** It reads blocks behind the head. */
    CATCHING_UP(false),
    /** It has reached the head, and polls for the next block. */
    FOLLOWING(false),
    /** A node's answers do not fit together; it looks again, and then asks another one. */
    WAITING(false),
    /** Nodes or database fail; it tries again. */
    FAILING(true),
    /** The chain changed a final block. It does nothing until a person has looked. */
    HALTED(true);

    private final boolean amiss;

    State(boolean amiss) {
      this.amiss = amiss;
    }

    /** The spelling in status and health: {@code catching-up}. */
    public String text() {
      return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** True where the index does not advance, and should. */
    public boolean isAmiss() {
      return amiss;
    }
  }

  /**
   * The progress at one moment.
   *
   * @param detail what is amiss
   * @param tip what a node last said
   * @param cursor where the index stands
   * @param undecodable the numbers of logs kept aside
   * @param headSince when this head was first seen
   */
  public record Snapshot(
      State state,
      Optional<String> detail,
      Optional<Tip> tip,
      Optional<Cursor> cursor,
      UndecodableCounts undecodable,
      Instant headSince) {

    Snapshot in(State other, Optional<String> why) {
      return new Snapshot(other, why, tip, cursor, undecodable, headSince);
    }

    /** The number of blocks that the index is behind the head; empty while either is unknown. */
    public Optional<Long> lagBlocks() {
      return tip.flatMap(
          t -> cursor.map(c -> Math.max(0, t.head().number().value() - c.number().value())));
    }

    /** The newest final block of the index. */
    public Optional<BlockNumber> finalNumber() {
      return cursor.flatMap(Cursor::finalNumber);
    }
  }

  /** The progress at this moment. */
  public Snapshot now() {
    return now;
  }

  /** Enters a state in which nothing is amiss, or the same one again. */
  public void enter(State state) {
    log(state);
    now = now.in(state, Optional.empty());
  }

  /**
   * Enters a state after a turn that failed.
   *
   * @param detail what is amiss, in one line
   */
  public void failed(State state, String detail) {
    log(state);
    if (state == State.HALTED) {
      LOG.errorf("INDEXING HALTED, as the chain changed below finality: %s", detail);
    } else {
      LOG.warnf("indexing waits: %s", detail);
    }
    now = now.in(state, Optional.of(detail));
  }

  /**
   * Enters {@link State#WAITING}, as a node's answers do not fit together.
   *
   * @param found what does not, in one line
   */
  public void awaitNode(String found) {
    log(State.WAITING);
    LOG.infof("the chain is looked at again: %s", found);
    now = now.in(State.WAITING, Optional.of(found));
  }

  private void log(State next) {
    if (next != now.state) {
      LOG.infof(
          "%s, was %s; indexed block %s",
          next.text(),
          now.state.text(),
          now.cursor.map(at -> at.number().toString()).orElse("none"));
    }
  }

  /** Takes note of what a node said last, and of what the index has. */
  public void observed(Tip tip, Optional<Cursor> cursor, UndecodableCounts undecodable) {
    boolean sameHead = now.tip.map(Tip::head).equals(Optional.of(tip.head()));
    now =
        new Snapshot(
            now.state,
            now.detail,
            Optional.of(tip),
            cursor,
            undecodable,
            sameHead ? now.headSince : clock.instant());
  }

  /** The time for which the head has been the same. */
  public Duration headAge() {
    return Duration.between(now.headSince, clock.instant());
  }

  /** Why the outbox is not published now; empty while it is. */
  public Optional<String> publishingFailure() {
    return publishingFailure;
  }

  /** Takes note that the outbox is published. */
  public void published() {
    publishingFailure = Optional.empty();
  }

  /** Takes note of why the outbox is not published, in one line. */
  public void publishingFailed(String reason) {
    publishingFailure = Optional.of(reason);
  }
}
