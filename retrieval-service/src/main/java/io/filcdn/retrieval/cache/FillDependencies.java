package io.filcdn.retrieval.cache;

import io.filcdn.common.proof.PieceTree;
import io.filcdn.retrieval.origin.Origin;
import io.filcdn.retrieval.origin.OriginClient;
import io.filcdn.retrieval.origin.OriginHealth;
import io.filcdn.retrieval.origin.OriginSupply;
import io.filcdn.retrieval.tree.TreeStore;
import io.filcdn.retrieval.usage.EgressMeter;
import io.filcdn.retrieval.usage.Quota;
import io.filcdn.retrieval.usage.UnverifiedBudget.Cause;
import io.filcdn.retrieval.usage.UnverifiedEgress;
import io.filcdn.retrieval.verify.PieceVerifier.Verdict;
import io.vertx.core.Vertx;
import io.vertx.core.WorkerExecutor;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/**
 * The dependencies of every fill.
 *
 * @param workers where bytes are written and hashed
 * @param trees by which groups are verified alone, and to which each verified piece adds its own
 * @param nanoTime a clock for measuring
 */
public record FillDependencies(
    Vertx vertx,
    WorkerExecutor workers,
    OriginClient client,
    OriginHealth health,
    Quota quota,
    EgressMeter meter,
    TreeStore trees,
    LongSupplier nanoTime) {

  OriginSupply supply(
      OriginSupply.Wanted wanted, List<Origin> candidates, OriginSupply.Taker taker) {
    return new OriginSupply(client, health, quota, nanoTime, wanted, candidates, taker);
  }

  /**
   * Counts a fill that verified.
   *
   * @param bot the bot that began it, for whose fills nobody pays
   */
  void countVerified(OriginSupply supply, UnverifiedEgress unverified, Optional<String> bot) {
    supply.right();
    unverified.verified();
    if (bot.isPresent()) {
      supply.giveBackContributions();
    }
    supply
        .contributions()
        .forEach((origin, supplied) -> meter.filled(origin.dataSet(), supplied, bot));
  }

  /**
   * Ends the check of a fill's bytes on a worker, and goes on with what came of it.
   *
   * @param wrong is told why the fill failed
   */
  void decide(
      Callable<Verdict> check, OriginSupply supply, Runnable right, Consumer<String> wrong) {
    workers
        .executeBlocking(() -> withTreeKept(check.call()), false)
        .onSuccess(
            verdict -> {
              switch (verdict) {
                case Verdict.Right _ -> right.run();
                case Verdict.Wrong(String difference) -> {
                  supply.wrong();
                  wrong.accept(
                      "wrong bytes from %s: %s".formatted(supply.contributors(), difference));
                }
              }
            })
        .onFailure(failure -> wrong.accept(failure.toString()));
  }

  private Verdict withTreeKept(Verdict verdict) {
    if (verdict instanceof Verdict.Right(PieceTree tree, var _)) {
      trees.computed(tree);
    }
    return verdict;
  }

  /** Counts a fill that did not verify: nobody pays for it. */
  void countFailed(OriginSupply supply, UnverifiedEgress unverified, Cause cause) {
    supply.giveBackContributions();
    supply
        .contributions()
        .forEach((origin, supplied) -> meter.filledInVain(origin.dataSet(), supplied));
    unverified.failed(cause);
  }
}
