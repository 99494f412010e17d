package io.filcdn.indexer.logs;

import static java.util.stream.Collectors.groupingBy;
import static java.util.stream.Collectors.mapping;
import static java.util.stream.Collectors.toSet;

import io.filcdn.common.chain.Address;
import io.filcdn.common.chain.BlockHash;
import io.filcdn.common.chain.BlockNumber;
import io.filcdn.indexer.chain.Block;
import io.filcdn.indexer.chain.BlockRange;
import io.filcdn.indexer.chain.IndexedBlock;
import io.filcdn.indexer.chain.LogPrints;
import io.filcdn.indexer.chain.LoggedEvent;
import io.filcdn.indexer.chain.RawLog;
import io.filcdn.indexer.chain.UndecodableLog;
import io.filcdn.indexer.projection.ChainStep;
import io.filcdn.indexer.rpc.ChainNode;
import io.filcdn.indexer.rpc.LogsAnswer;
import io.filcdn.indexer.rpc.NodeFailedException;
import io.filcdn.indexer.rpc.Surplus;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Reads a range of blocks from one node, and makes sure that all of it is of one chain. Final
 * blocks cannot move. Of others each header is read, so that every log belongs to a block whose
 * parents lead to where the index stands. Safe for many threads.
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
    if (!(one instanceof Whole first)) {
      return decoded(node, one, true);
    }
    return switch (second(node, witness, range)) {
      case Whole second -> decoded(node, fuller(first, second, node, witness), true);
      case Reading failed -> decoded(node, failed, true);
    };
  }

  private Reading second(ChainNode node, ChainNode witness, BlockRange range) {
    if (!witness.equals(node)) {
      try {
        if (read(witness, range, Optional.empty()) instanceof Whole whole) {
          return whole;
        }
      } catch (NodeFailedException e) {
        LOG.infof("no second reading by another node: %s", e.getMessage());
      }
    }
    return read(node, range, Optional.empty());
  }

  private static Reading fuller(Whole first, Whole second, ChainNode node, ChainNode witness) {
    if (first.tellsLike(second)) {
      return first;
    }
    // neither has told whose blocks those are that they do not agree on
    Set<BlockNumber> doubtful = first.differsIn(second);
    Whole one = first.proven(node, doubtful);
    Whole other = second.proven(witness, doubtful);
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
    List<At> blocks = indexed.stream().map(block -> new At(block.number(), block.hash())).toList();
    return decoded(node, read(node, blocks.getFirst().number(), blocks, false), false);
  }

  /** What a node told of a range, not yet decoded. */
  private sealed interface Reading {}

  /**
   * All of it.
   *
   * @param isMixed whether logs of other blocks were among it, which are left out
   */
  private record Whole(List<At> blocks, List<RawLog> logs, boolean isMixed) implements Reading {
    boolean tellsLike(Whole other) {
      return blocks.equals(other.blocks) && logs.equals(other.logs);
    }

    boolean holdsAll(Whole other) {
      return blocks.equals(other.blocks) && new HashSet<>(logs).containsAll(other.logs);
    }

    /** The blocks of logs that only one of both holds. */
    Set<BlockNumber> differsIn(Whole other) {
      Set<RawLog> mine = new HashSet<>(logs);
      Set<RawLog> others = new HashSet<>(other.logs);
      return Stream.concat(logs.stream(), other.logs.stream())
          .filter(log -> !mine.contains(log) || !others.contains(log))
          .map(log -> log.position().block())
          .collect(toSet());
    }

    /** The same without the logs in {@code doubtful} that are not of the node's blocks. */
    Whole proven(ChainNode node, Set<BlockNumber> doubtful) {
      Map<BlockNumber, BlockHash> hashes = new HashMap<>();
      doubtful.forEach(
          number -> node.block(number).ifPresent(block -> hashes.put(number, block.hash())));
      return new Whole(
          blocks,
          logs.stream()
              .filter(
                  log ->
                      !doubtful.contains(log.position().block())
                          || isOf(log, hashes.get(log.position().block()), node))
              .toList(),
          false);
    }
  }

  /** Nothing of use. */
  private record Failed(FetchedRange why) implements Reading {}

  /** A block that is known to be on the node's chain. */
  private record At(BlockNumber number, BlockHash hash) {
    static At of(Block block) {
      return new At(block.number(), block.hash());
    }
  }

  private Reading read(ChainNode node, BlockRange range, Optional<BlockHash> before) {
    List<At> blocks = range.isFinal() ? lastBlock(node, range) : linked(node, range, before);
    return blocks.isEmpty()
        ? new Failed(
            new FetchedRange.Moved(
                "%s: blocks %s to %s do not follow each other"
                    .formatted(node, range.from(), range.to())))
        : read(node, range.from(), blocks, range.isFinal());
  }

  private Reading read(ChainNode node, BlockNumber from, List<At> blocks, boolean onlyTheLast) {
    Reading reading = readOnce(node, from, blocks, onlyTheLast);
    // an endpoint with several nodes behind it may have answered from another fork, once
    return reading instanceof Whole whole && whole.isMixed()
        ? readOnce(node, from, blocks, onlyTheLast)
        : reading;
  }

  private Reading readOnce(ChainNode node, BlockNumber from, List<At> blocks, boolean onlyTheLast) {
    At last = blocks.getLast();
    return switch (node.logs(from, last.number(), contracts)) {
      case LogsAnswer.Refused refused ->
          new Failed(new FetchedRange.Refused(node + ": " + refused.reason()));
      case LogsAnswer.Logs answer -> {
        Optional<At> stands = node.block(last.number()).map(At::of);
        yield stands.equals(Optional.of(last))
            ? belonging(node, answer.logs(), blocks, onlyTheLast)
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

  private static List<At> lastBlock(ChainNode node, BlockRange range) {
    return node.firstBlockFrom(range.to(), range.limit()).stream().map(At::of).toList();
  }

  /** Every block of the range; none where one is not the parent of the next. */
  private static List<At> linked(ChainNode node, BlockRange range, Optional<BlockHash> before) {
    List<At> blocks = new ArrayList<>();
    Optional<BlockHash> parent = before;
    BlockNumber next = range.from();
    while (next.compareTo(range.to()) <= 0) {
      Optional<Block> block = node.firstBlockFrom(next, range.limit());
      if (block.isEmpty() || !parent.map(block.get()::follows).orElse(true)) {
        return List.of();
      }
      blocks.add(At.of(block.get()));
      parent = Optional.of(block.get().hash());
      next = block.get().number().plus(1);
    }
    return blocks;
  }

  /**
   * The logs that lie in one of {@code blocks}. Where only the last one is known, they lie in the
   * block of their number: the one that all logs with that number agree on, or else the one that
   * the node has there.
   *
   * @throws NodeFailedException where two logs are left at one place
   */
  private static Whole belonging(
      ChainNode node, List<RawLog> logs, List<At> blocks, boolean onlyTheLast) {
    Map<BlockNumber, BlockHash> hashes = new HashMap<>();
    blocks.forEach(block -> hashes.put(block.number(), block.hash()));
    if (onlyTheLast) {
      told(node, logs).forEach(hashes::putIfAbsent);
    }
    List<RawLog> ours =
        logs.stream().filter(log -> isOf(log, hashes.get(log.position().block()), node)).toList();
    if (ours.stream().map(RawLog::position).distinct().count() < ours.size()) {
      throw new NodeFailedException(node + ": expected one log at each place, found two");
    }
    return new Whole(blocks, ours, ours.size() < logs.size());
  }

  /** The blocks that logs say they are of; the node's own where they say different things. */
  private static Map<BlockNumber, BlockHash> told(ChainNode node, List<RawLog> logs) {
    Map<BlockNumber, Set<BlockHash>> told =
        logs.stream()
            .collect(
                groupingBy(log -> log.position().block(), mapping(RawLog::blockHash, toSet())));
    Map<BlockNumber, BlockHash> hashes = new HashMap<>();
    told.forEach(
        (number, said) ->
            (said.size() == 1 ? said.stream().findFirst() : node.block(number).map(Block::hash))
                .ifPresent(hash -> hashes.put(number, hash)));
    return hashes;
  }

  private static boolean isOf(RawLog log, @Nullable BlockHash block, ChainNode node) {
    boolean isOf = log.blockHash().equals(block);
    if (!isOf) {
      node.leavesOut(Surplus.OTHER_BLOCK);
    }
    return isOf;
  }

  private FetchedRange decoded(ChainNode node, Reading reading, boolean isFinal) {
    return switch (reading) {
      case Failed failed -> failed.why();
      case Whole whole -> decoded(node, whole.blocks(), whole.logs(), isFinal);
    };
  }

  private FetchedRange decoded(
      ChainNode node, List<At> blocks, List<RawLog> logs, boolean isFinal) {
    List<LoggedEvent> events = new ArrayList<>();
    List<UndecodableLog> undecodable = new ArrayList<>();
    int unknown = 0;
    for (RawLog log : logs) {
      switch (decoder.decode(node, log)) {
        case Decoded.Known known -> {
          events.add(known.event());
          known.aside().ifPresent(undecodable::add);
        }
        case Decoded.Undecodable aside -> undecodable.add(aside.log());
        case Decoded.Unknown _ -> unknown++;
      }
    }
    return new FetchedRange.Fetched(
        new ChainStep.Advance(indexed(blocks, logs), events, undecodable), unknown, isFinal);
  }

  private static List<IndexedBlock> indexed(List<At> blocks, List<RawLog> logs) {
    Map<BlockNumber, List<RawLog>> byBlock =
        logs.stream().collect(groupingBy(log -> log.position().block()));
    return blocks.stream()
        .map(
            block ->
                new IndexedBlock(
                    block.number(),
                    block.hash(),
                    LogPrints.of(byBlock.getOrDefault(block.number(), List.of()))))
        .toList();
  }
}
