package io.filcdn.retrieval.origin;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.filcdn.common.lease.QuotaName;
import io.filcdn.common.payment.DataSetId;
import io.filcdn.common.payment.ProviderId;
import io.filcdn.common.piece.PieceCid;
import io.filcdn.retrieval.origin.OriginFailure.Kind;
import io.filcdn.retrieval.usage.Quota;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/**
 * Questions to providers whether they have a piece, by HEAD. What they say is remembered for
 * seconds and counts for nothing else: who may be asked for bytes is decided by what became of
 * bytes. A provider that does not answer in time, or has enough to do, may have the piece. Safe for
 * use by several threads.
 */
public final class PieceProbes implements AutoCloseable {

  /** The part of all questions at once that one provider can have: an eighth. */
  private static final int SHARES = 8;

  private static final long MOST_REMEMBERED = 10_000;

  private final Vertx vertx;
  private final OriginClient client;
  private final OriginHealth health;
  private final Quota quota;
  private final Rules rules;
  private final AtomicInteger underWay = new AtomicInteger();

  /** The questions that are under way, by service URL. */
  private final Map<String, Integer> asked = new ConcurrentHashMap<>();

  private final Cache<Key, Future<Optional<OriginFailure>>> answers;

  /**
   * The bounds.
   *
   * @param enabled whether providers are asked; else only what is known of them counts
   * @param timeout the time in which whoever asks is told, however many providers there are
   * @param remembered how long an answer counts
   * @param atOnce the questions at once, to all providers
   */
  public record Rules(boolean enabled, Duration timeout, Duration remembered, int atOnce) {}

  /** By data set, as the proof that a provider is shown is for one. */
  private record Key(ProviderId provider, DataSetId dataSet, String serviceUrl, PieceCid piece) {}

  /**
   * @param client for nothing else, so that no question takes a fetch's connection
   */
  public PieceProbes(
      Vertx vertx, OriginClient client, OriginHealth health, Quota quota, Rules rules) {
    this.vertx = vertx;
    this.client = client;
    this.health = health;
    this.quota = quota;
    this.rules = rules;
    this.answers =
        Caffeine.newBuilder()
            .maximumSize(MOST_REMEMBERED)
            .expireAfterWrite(rules.remembered())
            .build();
  }

  /**
   * Finds out whether a piece can be fetched, as far as that can be told.
   *
   * @param origins the providers that a fetch would ask
   * @param toFetch the bytes that it would need paid
   * @param then told on the event loop that calls: how each of them would fail; nothing where one
   *     may deliver
   */
  public void ask(
      PieceCid piece,
      List<Origin> origins,
      long toFetch,
      Consumer<Optional<List<OriginFailure>>> then) {
    new Round(piece, health.order(piece, origins).iterator(), toFetch, then).begin();
  }

  /** The failure of a provider that is known before it is asked. */
  private Optional<OriginFailure> known(Origin origin, PieceCid piece, long toFetch) {
    Optional<OriginFailure> history = health.history().against(origin, piece);
    if (history.isPresent()) {
      return history;
    }
    ProviderId provider = origin.provider();
    if (quota.remaining(QuotaName.cacheMiss(origin.dataSet())) < toFetch) {
      return Optional.of(new OriginFailure(provider, Kind.UNPAID, "too little is left"));
    }
    return health.isAvailable(origin)
        ? Optional.empty()
        : Optional.of(new OriginFailure(provider, Kind.BUSY, "it is left alone"));
  }

  private Future<Optional<OriginFailure>> ask(Origin origin, PieceCid piece) {
    Key key = new Key(origin.provider(), origin.dataSet(), origin.serviceUrl(), piece);
    Future<Optional<OriginFailure>> answer = answers.getIfPresent(key);
    if (answer != null) {
      return answer;
    }
    return rules.enabled() && underWay.get() < rules.atOnce() && isFree(origin.serviceUrl())
        ? answers.get(key, cold -> send(origin, piece))
        : Future.succeededFuture(Optional.empty());
  }

  /** One that does not answer may not take the places of all others. */
  private boolean isFree(String serviceUrl) {
    return asked.getOrDefault(serviceUrl, 0) < Math.max(1, rules.atOnce() / SHARES);
  }

  private Future<Optional<OriginFailure>> send(Origin origin, PieceCid piece) {
    underWay.incrementAndGet();
    asked.merge(origin.serviceUrl(), 1, Integer::sum);
    Promise<Optional<OriginFailure>> answer = Promise.promise();
    client.start(client.probe(origin, piece, new Answer(answer)));
    return answer.future().onComplete(over -> answered(origin.serviceUrl()));
  }

  private void answered(String serviceUrl) {
    underWay.decrementAndGet();
    asked.computeIfPresent(serviceUrl, (url, questions) -> questions == 1 ? null : questions - 1);
  }

  /** One request's way from provider to provider. Confined to its event loop. */
  private final class Round {

    private final PieceCid piece;
    private final Iterator<Origin> left;
    private final long toFetch;
    private final Consumer<Optional<List<OriginFailure>>> then;
    private final Context context = vertx.getOrCreateContext();
    private final List<OriginFailure> failures = new ArrayList<>();
    private long timer;
    private boolean over;

    Round(
        PieceCid piece,
        Iterator<Origin> left,
        long toFetch,
        Consumer<Optional<List<OriginFailure>>> then) {
      this.piece = piece;
      this.left = left;
      this.toFetch = toFetch;
      this.then = then;
    }

    void begin() {
      timer = vertx.setTimer(rules.timeout().toMillis(), late -> end(Optional.empty()));
      next();
    }

    private void next() {
      if (!left.hasNext()) {
        end(Optional.of(List.copyOf(failures)));
        return;
      }
      Origin origin = left.next();
      Optional<OriginFailure> known = known(origin, piece, toFetch);
      if (known.isPresent()) {
        failed(known.get());
      } else {
        ask(origin, piece).onSuccess(answer -> context.runOnContext(on -> take(answer)));
      }
    }

    private void take(Optional<OriginFailure> answer) {
      if (!over) {
        answer.ifPresentOrElse(this::failed, () -> end(Optional.empty()));
      }
    }

    private void failed(OriginFailure failure) {
      failures.add(failure);
      next();
    }

    private void end(Optional<List<OriginFailure>> allFailed) {
      if (!over) {
        over = true;
        vertx.cancelTimer(timer);
        then.accept(allFailed);
      }
    }
  }

  /** The answer of one provider to one question. */
  private record Answer(Promise<Optional<OriginFailure>> answer) implements OriginSink {

    @Override
    public void answered() {
      answer.tryComplete(Optional.empty());
    }

    @Override
    public void arrived(Buffer bytes) {
      // none are asked for
    }

    @Override
    public void ranOut() {
      // nor parts
    }

    @Override
    public void completed() {
      answer.tryComplete(Optional.empty());
    }

    @Override
    public void failed(OriginFailure failure) {
      answer.tryComplete(
          switch (failure.kind()) {
            case NOT_FOUND, UNUSABLE, FORBIDDEN, FAILED -> Optional.of(failure);
            case TIMEOUT, WHOLE_ONLY, BUSY, UNPAID, CONTENDED, UNLEASED -> Optional.empty();
          });
    }
  }

  /** Ends all questions. */
  @Override
  public void close() {
    client.close();
  }
}
