package io.filcdn.indexer.recheck;

import io.filcdn.common.chain.BlockNumber;
import io.filcdn.common.time.Recurrence;
import io.filcdn.indexer.chain.IndexedBlock;
import io.filcdn.indexer.chain.Tip;
import io.filcdn.indexer.logs.FetchedRange;
import io.filcdn.indexer.logs.LogFetcher;
import io.filcdn.indexer.projection.ChainStep;
import io.filcdn.indexer.rpc.ChainNode;
import io.filcdn.indexer.rpc.NodeFailedException;
import io.filcdn.indexer.store.Cursor;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * The second reading of the logs of blocks, as nodes can leave logs out at the head: every so often
 * of all that can still change, and of each block before it counts as final. So what is final was
 * read twice.
 *
 * <p>Logs that were missing are taken at once. That the index holds a log that is on no chain is
 * believed only when a second reading in a row says the same; the first one counts as a failure of
 * the node that said so, so that another node, where there is one, is asked next.
 *
 * <p>For one thread, but for {@link #hint}.
 */
public final class Rechecker {

  private final LogFetcher logs;
  private final Recurrence turns;
  private final AtomicBoolean hinted = new AtomicBoolean();
  private Set<IndexedBlock> doubt = Set.of();

  /**
   * @param every how often all blocks that can still change are read again
   */
  public Rechecker(LogFetcher logs, Duration every, Clock clock) {
    this.logs = logs;
    this.turns = new Recurrence(every, clock.instant().plus(every), clock);
  }

  /** True where all blocks that can still change are to be read again. */
  public boolean isDue() {
    return hinted.get() || turns.isDue();
  }

  /** Makes it due: someone says that a block holds a log. For any thread. */
  public void hint() {
    hinted.set(true);
  }

  /**
   * Reads what is due, from a node whose chain the index stands on.
   *
   * @param stored the index's blocks from the cursor back to the last final one, the newest first
   */
  public Recheck run(ChainNode node, Tip tip, Cursor cursor, Supplier<List<IndexedBlock>> stored) {
    // in one step: a hint that comes now is for the next time
    boolean all = hinted.getAndSet(false) || turns.isDue();
    boolean done = false;
    try {
      Recheck result = check(node, tip, cursor, stored, all);
      done = result instanceof Recheck.Same || result instanceof Recheck.Differs;
      return result;
    } finally {
      if (all && done) {
        turns.done();
      } else if (all) {
        hinted.set(true);
      }
    }
  }

  private Recheck check(
      ChainNode node, Tip tip, Cursor cursor, Supplier<List<IndexedBlock>> stored, boolean all) {
    Optional<ChainStep.Finalize> finalize =
        ChainStep.Finalize.of(tip, cursor.number(), cursor.finalNumber());
    boolean isBehind = tip.head().number().compareTo(cursor.number()) < 0;
    if (isBehind || (!all && finalize.isEmpty())) {
      return new Recheck.Nothing();
    }
    List<IndexedBlock> blocks = stored.get().reversed();
    List<IndexedBlock> due =
        blocks.stream()
            .filter(block -> !cursor.isFinal(block.number()))
            .filter(block -> all || finalize.map(step -> step.holds(block.number())).orElse(false))
            .toList();
    return due.isEmpty() ? same(finalize) : compare(node, due, blocks, finalize);
  }

  /**
   * Reads all blocks that can still change anew, where logs of other contracts are read than
   * before.
   *
   * @param stored the index's blocks as in {@link #run}
   * @return what takes the place of those blocks; nothing where there are none
   */
  public Recheck reread(ChainNode node, Cursor cursor, List<IndexedBlock> stored) {
    List<IndexedBlock> blocks = stored.reversed();
    List<IndexedBlock> unfinal =
        blocks.stream().filter(block -> !cursor.isFinal(block.number())).toList();
    return unfinal.isEmpty()
        ? new Recheck.Nothing()
        : replaced(node, blocks, blocks.indexOf(unfinal.getFirst()), "other contracts are read");
  }

  private static Recheck same(Optional<ChainStep.Finalize> finalize) {
    return new Recheck.Same(finalize.<ChainStep>map(step -> step).stream().toList());
  }

  private Recheck compare(
      ChainNode node,
      List<IndexedBlock> due,
      List<IndexedBlock> blocks,
      Optional<ChainStep.Finalize> finalize) {
    return reading(node, due, found -> compare(node, due, found.blocks(), blocks, finalize));
  }

  private Recheck compare(
      ChainNode node,
      List<IndexedBlock> due,
      List<IndexedBlock> found,
      List<IndexedBlock> blocks,
      Optional<ChainStep.Finalize> finalize) {
    int same = 0;
    while (same < due.size() && due.get(same).equals(found.get(same))) {
      same++;
    }
    if (same == due.size()) {
      doubt = Set.of();
      return same(finalize);
    }
    believe(node, due, found);
    return repair(node, due.get(same), found.get(same), blocks);
  }

  /**
   * Returns where the second reading is to be believed.
   *
   * @throws NodeFailedException where it takes logs away that only it does not know
   */
  private void believe(ChainNode node, List<IndexedBlock> due, List<IndexedBlock> found) {
    List<IndexedBlock> lacking = new ArrayList<>();
    for (int i = 0; i < due.size(); i++) {
      if (!found.get(i).logs().holdsAll(due.get(i).logs())) {
        lacking.add(found.get(i));
      }
    }
    boolean again = doubt.containsAll(lacking);
    doubt = Set.copyOf(lacking);
    if (!again) {
      throw NodeFailedException.contradicts(
          "%s: expected the logs that were read before in block %s, found some missing; they are read again"
              .formatted(node, lacking.getFirst().number()));
    }
    doubt = Set.of();
  }

  private Recheck repair(
      ChainNode node, IndexedBlock expected, IndexedBlock found, List<IndexedBlock> blocks) {
    String difference =
        "expected %d logs in block %s, found %d at %s"
            .formatted(
                expected.logs().fingerprints().size(),
                expected.number(),
                found.logs().fingerprints().size(),
                node);
    return replaced(node, blocks, blocks.indexOf(expected), difference);
  }

  /**
   * The blocks from the index {@code first} on as they are now, in place of those that are stored.
   */
  private Recheck replaced(ChainNode node, List<IndexedBlock> blocks, int first, String found) {
    Optional<BlockNumber> before =
        first == 0 ? Optional.empty() : Optional.of(blocks.get(first - 1).number());
    return reading(
        node,
        blocks.subList(first, blocks.size()),
        tail -> new Recheck.Differs(List.of(new ChainStep.Reorg(before), tail), found));
  }

  private Recheck reading(
      ChainNode node, List<IndexedBlock> blocks, Function<ChainStep.Advance, Recheck> result) {
    return switch (read(node, blocks)) {
      case FetchedRange.Fetched fetched -> result.apply(fetched.step());
      case FetchedRange.Moved moved -> new Recheck.Moved(moved.found());
      case FetchedRange.Refused refused -> throw new NodeFailedException(refused.reason());
    };
  }

  /** Reads blocks, in halves where the node refuses so many. */
  private FetchedRange read(ChainNode node, List<IndexedBlock> blocks) {
    FetchedRange all = logs.reread(node, blocks);
    if (!(all instanceof FetchedRange.Refused) || blocks.size() == 1) {
      return all;
    }
    int half = blocks.size() / 2;
    FetchedRange first = read(node, blocks.subList(0, half));
    if (!(first instanceof FetchedRange.Fetched older)) {
      return first;
    }
    FetchedRange rest = read(node, blocks.subList(half, blocks.size()));
    return rest instanceof FetchedRange.Fetched newer ? older.followedBy(newer) : rest;
  }
}
