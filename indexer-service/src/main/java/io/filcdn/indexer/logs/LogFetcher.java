package io.filcdn.indexer.logs;

import static java.util.stream.Collectors.groupingBy;

import io.filcdn.common.chain.Address;
import io.filcdn.common.chain.BlockHash;
import io.filcdn.common.chain.BlockNumber;
import io.filcdn.indexer.chain.Block;
import io.filcdn.indexer.chain.BlockRange;
import io.filcdn.indexer.chain.IndexedBlock;
import io.filcdn.indexer.chain.LogFingerprints;
import io.filcdn.indexer.chain.LoggedEvent;
import io.filcdn.indexer.chain.RawLog;
import io.filcdn.indexer.chain.UndecodableLog;
import io.filcdn.indexer.projection.ChainStep;
import io.filcdn.indexer.rpc.ChainNode;
import io.filcdn.indexer.rpc.LogsAnswer;
import io.filcdn.indexer.rpc.NodeFailedException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jboss.logging.Logger;

/**
 * A reader of block ranges, each from one node, which makes sure that all of a range is of one
 * chain. Final blocks cannot move. Of others each header is read, so that every log belongs to a
 * block whose parents lead to where the index stands. Safe for many threads.
 */
public final class LogFetcher {

  private static final Logger LOG = Logger.getLogger(LogFetcher.class);

  private final EventDecoder decoder;
  private final Set<Address> contracts;

  public LogFetcher(EventDecoder decoder) {
    this(decoder, decoder.addresses());
  }

  private LogFetcher(EventDecoder decoder, Set<Address> contracts) {
    this.decoder = decoder;
    this.contracts = contracts;
  }

  /** The contracts whose logs it reads. */
  public Set<Address> contracts() {
    return contracts;
  }

  /** One that reads the logs of some of the contracts only. */
  public LogFetcher of(Set<Address> some) {
    return new LogFetcher(decoder, some);
  }

  /**
   * Reads a range.
   *
   * @param before the block that the index stands at; empty for an empty index
   */
  public FetchedRange fetch(ChainNode node, BlockRange range, Optional<BlockHash> before) {
    return decoded(node, read(node, range, before), range.isFinal());
  }

  /**
   * Reads a range of final blocks twice, as nothing reads it again later. Where one reading holds
   * more, the other had left logs out.
   *
   * @param witness the node that is asked second, where it can answer; may be {@code node}
   */
  public FetchedRange fetchTwice(ChainNode node, ChainNode witness, BlockRange range) {
    Reading one = read(node, range, Optional.empty());
    if (!(one instanceof RangeLogs first)) {
      return decoded(node, one, true);
    }
    return switch (second(node, witness, range, first)) {
      case RangeLogs second -> decoded(node, fuller(first, second, node, witness), true);
      case Reading failed -> decoded(node, failed, true);
    };
  }

  private Reading second(ChainNode node, ChainNode witness, BlockRange range, RangeLogs first) {
    if (!witness.equals(node)) {
      try {
        if (readAgain(witness, range, first) instanceof RangeLogs whole) {
          return whole;
        }
      } catch (NodeFailedException e) {
        LOG.infof("no second reading by another node: %s", e.getMessage());
      }
    }
    return readAgain(node, range, first);
  }

  private static Reading fuller(
      RangeLogs first, RangeLogs second, ChainNode node, ChainNode witness) {
    if (first.tellsLike(second)) {
      return first;
    }
    // neither has told whose blocks those are that they do not agree on
    Set<BlockNumber> doubtful = first.differsIn(second);
    RangeLogs one = first.proven(node, doubtful);
    RangeLogs other = second.proven(witness, doubtful);
    if (one.tellsLike(other)) {
      return one;
    }
    String difference =
        "expected %s and %s to tell the same of the final blocks up to %s, found %d and %d logs"
            .formatted(
                node,
                witness,
                one.blocks().getLast().number(),
                one.logs().size(),
                other.logs().size());
    LOG.error(difference);
    if (one.holdsAll(other)) {
      return one;
    }
    if (other.holdsAll(one)) {
      return other;
    }
    throw NodeFailedException.contradicts(difference);
  }

  /** Reads blocks of the index once more, which {@code node}'s chain has, too; the oldest first. */
  public FetchedRange reread(ChainNode node, List<IndexedBlock> indexed) {
    List<RangeLogs.BlockRef> blocks =
        indexed.stream()
            .map(block -> new RangeLogs.BlockRef(block.number(), block.hash()))
            .toList();
    return decoded(
        node, read(node, blocks.getFirst().number(), blocks, false, Optional.empty()), false);
  }

  /** The outcome of asking a node for the logs of a range. */
  sealed interface Reading permits RangeLogs, Failed {}

  /** Nothing of use. */
  record Failed(FetchedRange why) implements Reading {}

  private Reading read(ChainNode node, BlockRange range, Optional<BlockHash> before) {
    return read(
        node,
        range,
        range.isFinal() ? lastBlock(node, range) : linked(node, range, before),
        Optional.empty());
  }

  /** Reads a range of final blocks that was read before. */
  private Reading readAgain(ChainNode node, BlockRange range, RangeLogs before) {
    return read(node, range, lastBlock(node, range), Optional.of(before));
  }

  private Reading read(
      ChainNode node,
      BlockRange range,
      List<RangeLogs.BlockRef> blocks,
      Optional<RangeLogs> before) {
    return blocks.isEmpty()
        ? new Failed(
            new FetchedRange.Moved(
                "%s: blocks %s to %s do not follow each other"
                    .formatted(node, range.from(), range.to())))
        : read(node, range.from(), blocks, range.isFinal(), before);
  }

  private Reading read(
      ChainNode node,
      BlockNumber from,
      List<RangeLogs.BlockRef> blocks,
      boolean onlyTheLast,
      Optional<RangeLogs> before) {
    Reading reading = readOnce(node, from, blocks, onlyTheLast, before);
    // an endpoint with several nodes behind it may have answered from another fork, once
    return reading instanceof RangeLogs whole && whole.isMixed()
        ? readOnce(node, from, blocks, onlyTheLast, before)
        : reading;
  }

  private Reading readOnce(
      ChainNode node,
      BlockNumber from,
      List<RangeLogs.BlockRef> blocks,
      boolean onlyTheLast,
      Optional<RangeLogs> before) {
    RangeLogs.BlockRef last = blocks.getLast();
    Optional<LogsAnswer.Logs> answered =
        before.filter(first -> first.blocks().getLast().equals(last)).map(RangeLogs::answer);
    return switch (node.logs(from, last.number(), contracts, answered)) {
      case LogsAnswer.Refused refused ->
          new Failed(new FetchedRange.Refused(node + ": " + refused.reason()));
      case LogsAnswer.Logs answer -> {
        Optional<RangeLogs.BlockRef> stands = node.block(last.number()).map(RangeLogs.BlockRef::of);
        yield stands.equals(Optional.of(last))
            ? RangeLogs.of(node, answer, blocks, onlyTheLast)
            : new Failed(
                new FetchedRange.Moved(
                    "%s: expected block %s to be %s, as it was read before, found %s"
                        .formatted(
                            node,
                            last.number(),
                            last.hash(),
                            stands.map(at -> at.hash().toString()).orElse("none"))));
      }
    };
  }

  private static List<RangeLogs.BlockRef> lastBlock(ChainNode node, BlockRange range) {
    return node.firstBlockFrom(range.to(), range.limit()).stream()
        .map(RangeLogs.BlockRef::of)
        .toList();
  }

  /** Every block of the range; none where one is not the parent of the next. */
  private static List<RangeLogs.BlockRef> linked(
      ChainNode node, BlockRange range, Optional<BlockHash> before) {
    List<RangeLogs.BlockRef> blocks = new ArrayList<>();
    Optional<BlockHash> parent = before;
    BlockNumber next = range.from();
    while (next.compareTo(range.to()) <= 0) {
      Optional<Block> block = node.firstBlockFrom(next, range.limit());
      if (block.isEmpty() || !parent.map(block.get()::follows).orElse(true)) {
        return List.of();
      }
      blocks.add(RangeLogs.BlockRef.of(block.get()));
      parent = Optional.of(block.get().hash());
      next = block.get().number().plus(1);
    }
    return blocks;
  }

  private FetchedRange decoded(ChainNode node, Reading reading, boolean isFinal) {
    return switch (reading) {
      case Failed failed -> failed.why();
      case RangeLogs whole -> decoded(node, whole.blocks(), whole.logs(), isFinal);
    };
  }

  private FetchedRange decoded(
      ChainNode node, List<RangeLogs.BlockRef> blocks, List<RawLog> logs, boolean isFinal) {
    List<LoggedEvent> events = new ArrayList<>();
    List<UndecodableLog> undecodable = new ArrayList<>();
    int unknown = 0;
    for (RawLog log : logs) {
      switch (decoder.decode(node, log)) {
        case DecodedLog.Known known -> {
          events.add(known.event());
          known.undecodable().ifPresent(undecodable::add);
        }
        case DecodedLog.Undecodable kept -> undecodable.add(kept.log());
        case DecodedLog.Unknown _ -> unknown++;
      }
    }
    return new FetchedRange.Fetched(
        new ChainStep.Advance(indexed(blocks, logs), events, undecodable), unknown, isFinal);
  }

  private static List<IndexedBlock> indexed(List<RangeLogs.BlockRef> blocks, List<RawLog> logs) {
    Map<BlockNumber, List<RawLog>> byBlock =
        logs.stream().collect(groupingBy(log -> log.position().block()));
    return blocks.stream()
        .map(
            block ->
                new IndexedBlock(
                    block.number(),
                    block.hash(),
                    LogFingerprints.of(byBlock.getOrDefault(block.number(), List.of()))))
        .toList();
  }
}
