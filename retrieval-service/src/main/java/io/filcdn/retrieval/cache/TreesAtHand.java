package io.filcdn.retrieval.cache;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.filcdn.common.piece.PieceCid;
import io.filcdn.common.proof.PieceGroups;
import io.filcdn.common.proof.PieceTree;
import io.filcdn.retrieval.origin.Origin;
import io.filcdn.retrieval.origin.ProviderTrees;
import io.filcdn.retrieval.tree.TreeStore;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * The trees of pieces that requests are about to open, read from the store beforehand, or got from
 * a provider that offers them: reading one takes the disk, and up to 2048 hashes to check it, which
 * no event loop may wait for. That a piece has none is at hand too. Safe for use by several
 * threads.
 */
final class TreesAtHand {

  /** So many bytes of hashes are at hand: 128 of the largest trees. */
  private static final long MOST_BYTES = 8L << 20;

  /** The cost of a tree beside its hashes, and of none. */
  private static final int OVERHEAD = 128;

  /** A request soon opens what it prepared. */
  private static final Duration HOLDS = Duration.ofSeconds(10);

  private final Vertx vertx;
  private final TreeStore store;
  private final ProviderTrees offered;
  private final Cache<PieceCid, Optional<PieceTree>> loaded =
      Caffeine.newBuilder()
          .maximumWeight(MOST_BYTES)
          .weigher(TreesAtHand::weight)
          .expireAfterWrite(HOLDS)
          .executor(Runnable::run)
          .build();

  TreesAtHand(Vertx vertx, TreeStore store, ProviderTrees offered) {
    this.vertx = vertx;
    this.store = store;
    this.offered = offered;
  }

  private static int weight(PieceCid piece, Optional<PieceTree> tree) {
    return OVERHEAD + (tree.isPresent() ? PieceTree.size(piece) : 0);
  }

  /**
   * Gets the tree at hand, without blocking.
   *
   * @param origins the providers of the piece, of whom some may offer it
   */
  Future<?> load(PieceCid piece, List<Origin> origins) {
    return PieceGroups.ofTree(piece).count() <= 1
        ? Future.succeededFuture()
        : read(piece)
            .compose(
                tree ->
                    tree.isPresent() || !offered.areAskedFor()
                        ? Future.succeededFuture()
                        : offer(piece, origins).compose(asked -> read(piece)));
  }

  private Future<Optional<PieceTree>> read(PieceCid piece) {
    return vertx.executeBlocking(
        () -> {
          Optional<PieceTree> tree = store.find(piece);
          loaded.put(piece, tree);
          return tree;
        },
        false);
  }

  private Future<Void> offer(PieceCid piece, List<Origin> origins) {
    Promise<Void> asked = Promise.promise();
    offered.prepare(piece, origins, asked::complete);
    return asked.future();
  }

  /**
   * The tree, where there is one. Blocks on the disk only where it was not loaded a moment ago, as
   * where a file turned out to be unreadable midway.
   */
  Optional<PieceTree> get(PieceCid piece) {
    Optional<PieceTree> known = loaded.getIfPresent(piece);
    return known == null ? store.find(piece) : known;
  }
}
