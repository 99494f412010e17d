package io.filcdn.retrieval.origin;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.filcdn.common.piece.PieceCid;
import io.filcdn.retrieval.origin.OriginFailure.Kind;
import io.filcdn.retrieval.tree.TreeOffer;
import io.filcdn.retrieval.tree.TreeStore;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.WorkerExecutor;
import io.vertx.core.buffer.Buffer;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * The trees that providers offer beside their pieces, at {@code
 * {serviceUrl}/piece/{pieceCid}/tree}: no standard has it, so only those are asked whose hosts the
 * operator names. What a provider sends is checked like any tree. Whatever becomes of it, the piece
 * is fetched a moment later, by its groups or whole. Safe for use by several threads.
 */
public final class ProviderTrees {

  private static final Logger LOG = Logger.getLogger(ProviderTrees.class);

  /** The providers that are asked for one piece's tree. */
  private static final int MOST_ASKED = 3;

  /** The pieces whose trees are asked for at once; others are fetched without. */
  private static final int MOST_AT_ONCE = 256;

  private static final long MOST_REMEMBERED = 10_000;

  /** The time for which a piece is not asked for again, and a provider that failed is not. */
  private static final Duration HOLDS = Duration.ofMinutes(5);

  private final Vertx vertx;
  private final OriginClient client;
  private final TreeStore trees;
  private final WorkerExecutor workers;
  private final Rules rules;
  private final Map<PieceCid, Future<Void>> underWay = new ConcurrentHashMap<>();

  /** Pieces whose trees nobody had, and service URLs that brought none though they answer. */
  private final Cache<Object, Boolean> fruitless =
      Caffeine.newBuilder().maximumSize(MOST_REMEMBERED).expireAfterWrite(HOLDS).build();

  /**
   * The rules by which providers are asked.
   *
   * @param hosts of the service URLs of those that are
   * @param patience how long a fetch waits for all of them
   */
  public record Rules(HostPatterns hosts, Duration patience) {}

  /**
   * @param workers where trees are checked
   */
  public ProviderTrees(
      Vertx vertx, OriginClient client, TreeStore trees, WorkerExecutor workers, Rules rules) {
    this.vertx = vertx;
    this.client = client;
    this.trees = trees;
    this.workers = workers;
    this.rules = rules;
  }

  /** True where some provider may be asked. */
  public boolean areAskedFor() {
    return !rules.hosts.areNone();
  }

  /**
   * Gets the tree of a piece that is about to be fetched and is not known, if a provider offers it,
   * and goes on: at once where there is nothing to ask, else later on the same event loop.
   */
  public void prepare(PieceCid piece, List<Origin> origins, Runnable then) {
    if (fruitless.getIfPresent(piece) != null) {
      then.run();
      return;
    }
    List<Origin> offering = origins.stream().filter(this::mayOffer).limit(MOST_ASKED).toList();
    if (offering.isEmpty() || underWay.size() >= MOST_AT_ONCE) {
      then.run();
      return;
    }
    Context context = vertx.getOrCreateContext();
    ask(piece, offering).onComplete(done -> context.runOnContext(on -> then.run()));
  }

  private boolean mayOffer(Origin origin) {
    try {
      return fruitless.getIfPresent(origin.serviceUrl()) == null
          && rules.hosts.contain(OriginUrl.parse(origin.serviceUrl()).host());
    } catch (IllegalArgumentException e) {
      return false;
    }
  }

  /** One question a piece, for all who wait for it. */
  private Future<Void> ask(PieceCid piece, List<Origin> offering) {
    Promise<Void> done = Promise.promise();
    Future<Void> asked = underWay.putIfAbsent(piece, done.future());
    if (asked != null) {
      return asked;
    }
    new Question(piece, offering, done).begin();
    return done.future();
  }

  /** A question for one piece's tree: to one provider after the other. On one event loop. */
  private final class Question implements OriginSink {

    private final PieceCid piece;
    private final ArrayDeque<Origin> left;
    private final Promise<Void> done;
    private Buffer came = Buffer.buffer();
    private @Nullable OriginFetch fetch;
    private long timer;
    private boolean over;

    Question(PieceCid piece, List<Origin> offering, Promise<Void> done) {
      this.piece = piece;
      this.left = new ArrayDeque<>(offering);
      this.done = done;
    }

    void begin() {
      timer = vertx.setTimer(rules.patience.toMillis(), late -> tooLate());
      next();
    }

    private void next() {
      Origin origin = left.poll();
      if (over || origin == null) {
        end();
        return;
      }
      came = Buffer.buffer();
      OriginFetch asking = client.fetchTree(origin, piece, this);
      fetch = asking;
      client.start(asking);
    }

    private void tooLate() {
      if (fetch != null) {
        fruitless.put(fetch.origin().serviceUrl(), true);
        fetch.cancel();
      }
      end();
    }

    private void end() {
      if (!over) {
        over = true;
        vertx.cancelTimer(timer);
        fruitless.put(piece, true);
        underWay.remove(piece, done.future());
        done.complete();
      }
    }

    @Override
    public void answered() {
      // its length is the tree's
    }

    @Override
    public void arrived(Buffer bytes) {
      came.appendBuffer(bytes);
    }

    @Override
    public void ranOut() {
      // a tree is small enough for one answer
      next();
    }

    @Override
    public void completed() {
      Origin origin = asked();
      byte[] hashes = came.getBytes();
      workers
          .executeBlocking(() -> trees.offered(piece, hashes), false)
          .onSuccess(offer -> checked(origin, offer))
          .onFailure(
              failure -> {
                LOG.errorf("the tree of piece %s cannot be kept: %s", piece, failure);
                end();
              });
    }

    private Origin asked() {
      return Objects.requireNonNull(fetch).origin();
    }

    private void checked(Origin origin, TreeOffer offer) {
      switch (offer) {
        case TreeOffer.Kept _, TreeOffer.Full _ -> end();
        case TreeOffer.Wrong(String difference) -> {
          LOG.warnf(
              "provider %s offers a wrong tree of piece %s: %s",
              origin.provider(), piece, difference);
          fruitless.put(origin.serviceUrl(), true);
          next();
        }
      }
    }

    @Override
    public void failed(OriginFailure failure) {
      LOG.debugf(
          "provider %s offers no tree of piece %s: %s (%s)",
          failure.provider(), piece, failure.kind(), failure.detail());
      if (failure.kind() != Kind.NOT_FOUND) {
        fruitless.put(asked().serviceUrl(), true);
      }
      next();
    }
  }
}
