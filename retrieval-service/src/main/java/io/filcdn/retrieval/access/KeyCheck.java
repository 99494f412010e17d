package io.filcdn.retrieval.access;

import io.filcdn.common.access.AccessKey;
import io.filcdn.common.access.AccessKeyRecord;
import io.filcdn.common.access.KeyLimits;
import io.filcdn.common.access.KeyScope;
import io.filcdn.retrieval.admission.Admission;
import io.filcdn.retrieval.admission.Admission.Decision.Admitted;
import io.filcdn.retrieval.refusal.Problem;
import io.filcdn.retrieval.refusal.RateLimit;
import io.filcdn.retrieval.refusal.Refusal;
import io.filcdn.retrieval.usage.KeyUse;
import io.vertx.core.Vertx;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.jboss.logging.Logger;

/**
 * The check of a payer's key: that it is one, and that its limits let the request pass. Its caps on
 * bytes are for the reservation to hold.
 *
 * <p>A key is good for pieces of its own payer only: nobody lets others fetch on a quota that is
 * not his. What becomes of a key is told only to who has its secret.
 */
public final class KeyCheck {

  private static final Logger LOG = Logger.getLogger(KeyCheck.class);

  private final AccessReplica replica;
  private final BooleanSupplier trusted;
  private final Admission admission;
  private final KeyRates rates;
  private final Clock clock;

  /**
   * @param trusted whether the replica has been told of all keys
   * @param nanoTime a clock for measuring
   */
  public KeyCheck(
      AccessReplica replica,
      BooleanSupplier trusted,
      Admission admission,
      Clock clock,
      LongSupplier nanoTime) {
    this.replica = replica;
    this.trusted = trusted;
    this.admission = admission;
    this.rates = new KeyRates(nanoTime);
    this.clock = clock;
  }

  /** Decides; where the key has to be read from disk, soon on the same event loop. */
  void check(AccessRequest request, AccessKey key, Consumer<Verdict> then) {
    Optional<KeyLookup> known = replica.keys().atHand(key.id());
    if (known.isPresent()) {
      then.accept(verdict(request, key, known.get()));
      return;
    }
    Vertx.currentContext()
        .executeBlocking(() -> replica.find(key.id()), false)
        .onComplete(
            found -> {
              if (found.failed()) {
                LOG.errorf(found.cause(), "the key %s cannot be looked up", key.id());
              }
              then.accept(
                  found.succeeded()
                      ? verdict(request, key, found.result())
                      : new Verdict.Refused(Refusal.KEYS_UNAVAILABLE));
            });
  }

  /** The verdict on a key that was looked up. */
  Verdict verdict(AccessRequest request, AccessKey key, KeyLookup found) {
    return switch (found) {
      case KeyLookup.Unknown _ ->
          new Verdict.Refused(
              trusted.getAsBoolean() ? Refusal.KEY_UNKNOWN : Refusal.KEYS_UNAVAILABLE);
      case KeyLookup.NotUnderstood _ -> new Verdict.Refused(Refusal.KEY_NOT_UNDERSTOOD);
      case KeyLookup.Known(AccessKeyRecord record) -> {
        Instant now = clock.instant();
        yield switch (record.standing(key, now)) {
          case SECRET_UNKNOWN -> new Verdict.Refused(Refusal.KEY_UNKNOWN);
          case EXPIRED -> new Verdict.Refused(Refusal.KEY_EXPIRED);
          case REVOKED -> new Verdict.Refused(Refusal.KEY_REVOKED);
          case GOOD -> limited(request, record, now);
        };
      }
    };
  }

  private Verdict limited(AccessRequest request, AccessKeyRecord record, Instant now) {
    KeyLimits limits = record.limits();
    Optional<Refusal> forbidden = forbidden(request, record);
    if (forbidden.isPresent()) {
      return new Verdict.Refused(forbidden.get());
    }
    Optional<Admitted> paid = paid(request.admitted(), limits);
    if (paid.isEmpty()) {
      return new Verdict.Refused(Refusal.KEY_DATA_SET);
    }
    Optional<Integer> perSecond = limits.requestsPerSecond();
    if (perSecond.isPresent() && !rates.count(record.id(), perSecond.get())) {
      return new Verdict.Refused(tooMany(perSecond.get()));
    }
    return new Verdict.Granted(
        paid.get(), new Grant(Optional.of(KeyUse.of(record, now)), !limits.origins().isEmpty()));
  }

  private static Optional<Refusal> forbidden(AccessRequest request, AccessKeyRecord record) {
    KeyLimits limits = record.limits();
    if (!record.scopes().contains(KeyScope.DOWNLOAD)) {
      return Optional.of(Refusal.KEY_SCOPE);
    }
    if (!request.payer().equals(record.payer())
        || !limits.payers().isEmpty() && !limits.payers().contains(request.payer())) {
      return Optional.of(Refusal.KEY_PAYER);
    }
    if (!limits.origins().isEmpty() && !hasOrigin(limits, request.origin())) {
      return Optional.of(Refusal.KEY_ORIGIN);
    }
    if (!limits.networks().isEmpty()
        && limits.networks().stream().noneMatch(n -> n.contains(request.client()))) {
      return Optional.of(Refusal.KEY_NETWORK);
    }
    return Optional.empty();
  }

  private static boolean hasOrigin(KeyLimits limits, Optional<String> origin) {
    return origin.isPresent()
        && limits.origins().stream().anyMatch(each -> each.text().equals(origin.get()));
  }

  /** The piece as paid by the data sets that the key is for; empty where none of them has it. */
  private Optional<Admitted> paid(Admitted admitted, KeyLimits limits) {
    return limits.dataSets().isEmpty()
        ? Optional.of(admitted)
        : admission.paidBy(admitted, limits.dataSets());
  }

  private static Problem tooMany(int perSecond) {
    return new Problem(
        Refusal.TOO_MANY_REQUESTS_OF_KEY,
        List.of("requests a second: " + perSecond),
        Optional.of(RateLimit.requestsPerSecond(perSecond)));
  }
}
