package io.filcdn.stack;

import io.filcdn.common.piece.PieceCid;
import io.filcdn.testing.chain.ContractRevert;
import io.filcdn.testing.chain.Devnet;
import io.filcdn.testing.chain.DevnetAccount;
import io.filcdn.testing.chain.Piece;
import io.filcdn.testing.chain.ProviderTransactions.Outcome;
import io.filcdn.testing.chain.ProviderTransactions.Sent;
import io.filcdn.testing.process.Console;
import io.filcdn.testing.process.Patience;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedSet;
import java.util.stream.Gatherers;

/** The transactions by which the demo provider adds pieces to the demo payer's data set. */
final class Additions {

  /**
   * The pieces that one transaction adds: 288 bytes each, of the 64 KiB that a message of
   * Filecoin's may have.
   */
  private static final int PIECES_A_TRANSACTION = 50;

  /** The transactions that wait for a block at once; a node of Filecoin's takes ten of a sender. */
  private static final int TRANSACTIONS_AT_ONCE = 8;

  private final FilesToStore files;
  private final StackFile stack;
  private final Console console;

  Additions(FilesToStore files, StackFile stack, Console console) {
    this.files = files;
    this.stack = stack;
    this.console = console;
  }

  /** Adds pieces, and returns those that the chain took, in their order. */
  SequencedSet<PieceCid> of(List<PieceCid> pieces) {
    List<List<PieceCid>> batches =
        pieces.stream().gather(Gatherers.windowFixed(PIECES_A_TRANSACTION)).toList();
    try (Devnet devnet = Devnet.at(stack.rpcUrl())) {
      batches.stream()
          .gather(Gatherers.windowFixed(TRANSACTIONS_AT_ONCE))
          .forEach(some -> addTogether(some, devnet));
    }
    SequencedSet<PieceCid> added = new LinkedHashSet<>(pieces);
    added.retainAll(new HashSet<>(files.pieces()));
    console.say(
        "On chain, in data set %d: %s, by %s."
            .formatted(
                stack.dataSetId(),
                Store.count(added.size(), "piece"),
                Store.count(batches.size(), "transaction")));
    return added;
  }

  /**
   * Sends a transaction for each batch, and then waits for all of them: one block can take them.
   */
  private void addTogether(List<List<PieceCid>> batches, Devnet devnet) {
    Map<String, List<PieceCid>> pending = new HashMap<>();
    for (List<PieceCid> batch : batches) {
      try {
        pending.put(submit(batch, devnet), batch);
      } catch (ContractRevert e) {
        files.fail(batch, _ -> "was refused by the contracts: " + e.getMessage());
      }
    }
    Patience patience = new Patience(console, Optional.empty());
    boolean decided =
        patience.until(
            () -> {
              pending
                  .entrySet()
                  .removeIf(sent -> isDecided(sent.getKey(), sent.getValue(), devnet));
              return pending.isEmpty();
            },
            pending::size,
            () -> "a block with " + Store.count(pending.size(), "transaction"));
    if (!decided) {
      pending.forEach(
          (transaction, batch) ->
              files.fail(
                  batch,
                  _ ->
                      "is not on chain: %s is in no block %s"
                          .formatted(transaction, patience.limit())));
    }
  }

  private String submit(List<PieceCid> batch, Devnet devnet) {
    return devnet
        .asProvider(DevnetAccount.PROVIDER)
        .submitPieces(
            stack.dataSetId(), batch.stream().map(piece -> Piece.of(piece.bytes())).toList());
  }

  /** True where the transaction is in a block; leaves its pieces behind where that refused it. */
  private boolean isDecided(String transaction, List<PieceCid> batch, Devnet devnet) {
    Optional<Outcome> outcome =
        devnet.transactionsOf(DevnetAccount.PROVIDER).find(transaction).map(Sent::outcome);
    if (outcome.isPresent() && outcome.get() instanceof Outcome.Rejected) {
      files.fail(batch, _ -> "was refused by the contracts in " + transaction);
    }
    return outcome.isPresent() && !(outcome.get() instanceof Outcome.Pending);
  }
}
