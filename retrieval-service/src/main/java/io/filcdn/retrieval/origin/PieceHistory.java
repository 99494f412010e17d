package io.filcdn.retrieval.origin;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Ticker;
import io.filcdn.common.payment.ProviderId;
import io.filcdn.common.piece.CommP;
import io.filcdn.common.piece.PieceCid;
import io.filcdn.common.piece.PieceName;
import io.filcdn.retrieval.origin.OriginFailure.Kind;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * The history of what providers did with single pieces of late. Who says that it does not have a
 * piece is believed for a while, or until the index tells something new of the piece or of the
 * provider. Who took part in wrong bytes of a piece is a suspect for it, and the more so the more
 * often: who lied alone after having lied in company is asked after its innocent company. Whose
 * wrong bytes were all of the piece is not asked for it for a while, which doubles each time. A
 * piece that nobody sends parts of is known as such for a while. Safe for use by several threads.
 */
public final class PieceHistory {

  private static final long MAX_PIECES = 100_000;

  /** Of one root, so that sizes which clients make up are no work. */
  private static final int MAX_ABSENCES = 64;

  private static final Duration LONGEST_WAIT = Duration.ofHours(1);
  private static final Duration SUSPICION = Duration.ofDays(1);
  private static final Duration WHOLE_ONLY = Duration.ofHours(1);

  private final Rules rules;
  private final Clock clock;

  /** The providers that do not have a piece, by root, as that is how placements may name pieces. */
  private final Cache<CommP, Map<Absence, Instant>> absences;

  private final Cache<Suspicion, Suspect> suspects;
  private final Cache<PieceCid, Boolean> wholeOnly;
  private final AtomicLong mismatches = new AtomicLong();

  /**
   * The rules for how long what providers did counts.
   *
   * @param absence how long a provider is believed that it does not have a piece
   * @param mismatch how long a provider that sent wrong bytes of a piece is not asked for it; twice
   *     as long each time, up to an hour
   */
  public record Rules(Duration absence, Duration mismatch) {}

  private record Absence(ProviderId provider, String serviceUrl, PieceCid piece) {}

  private record Suspicion(ProviderId provider, PieceCid piece) {}

  /**
   * A part in wrong bytes.
   *
   * @param times how often
   * @param alone how often all of the bytes were its own
   * @param notBefore when it may be asked again
   */
  private record Suspect(int times, int alone, Instant notBefore) {}

  public PieceHistory(Rules rules, Clock clock) {
    this.rules = rules;
    this.clock = clock;
    Ticker ticker = () -> TimeUnit.MILLISECONDS.toNanos(clock.millis());
    this.absences =
        Caffeine.newBuilder()
            .maximumSize(MAX_PIECES)
            .expireAfterWrite(rules.absence())
            .ticker(ticker)
            .build();
    this.suspects =
        Caffeine.newBuilder()
            .maximumSize(MAX_PIECES)
            .expireAfterWrite(SUSPICION)
            .ticker(ticker)
            .build();
    this.wholeOnly =
        Caffeine.newBuilder()
            .maximumSize(MAX_PIECES)
            .expireAfterWrite(WHOLE_ONLY)
            .ticker(ticker)
            .build();
  }

  /** The reason that a provider is not to be asked for a piece now, where it is not. */
  Optional<OriginFailure> against(Origin origin, PieceCid piece) {
    Map<Absence, Instant> absent = absences.getIfPresent(piece.commP());
    if (absent != null && lasts(absent.get(absence(origin, piece)))) {
      return Optional.of(
          new OriginFailure(origin.provider(), Kind.NOT_FOUND, "it said so a moment ago"));
    }
    Suspect suspect = suspects.getIfPresent(new Suspicion(origin.provider(), piece));
    return suspect != null && lasts(suspect.notBefore)
        ? Optional.of(
            new OriginFailure(
                origin.provider(),
                Kind.BUSY,
                "it sent wrong bytes, and is asked again from " + suspect.notBefore))
        : Optional.empty();
  }

  private boolean lasts(@Nullable Instant until) {
    return until != null && clock.instant().isBefore(until);
  }

  private static Absence absence(Origin origin, PieceCid piece) {
    return new Absence(origin.provider(), origin.serviceUrl(), piece);
  }

  /** A provider says that it does not have a piece. */
  void absent(Origin origin, PieceCid piece) {
    Instant until = clock.instant().plus(rules.absence());
    absences
        .asMap()
        .compute(
            piece.commP(),
            (root, known) -> {
              Map<Absence, Instant> all = new HashMap<>(known == null ? Map.of() : known);
              all.values().removeIf(end -> !lasts(end));
              if (all.size() == MAX_ABSENCES) {
                all.remove(Collections.min(all.entrySet(), Map.Entry.comparingByValue()).getKey());
              }
              all.put(absence(origin, piece), until);
              return Map.copyOf(all);
            });
  }

  /** The index tells something new of where a piece is. */
  public void placementChanged(PieceName piece) {
    absences.invalidate(piece.commP());
  }

  /** The index tells something new of a provider. */
  public void providerChanged(ProviderId provider) {
    absences
        .asMap()
        .values()
        .removeIf(all -> all.keySet().stream().anyMatch(a -> a.provider().equals(provider)));
  }

  /** Nobody who could be asked sends parts of a piece, but only all of it. */
  public void wholeOnly(PieceCid piece) {
    wholeOnly.put(piece, true);
  }

  /** True where a piece is better fetched as a whole. */
  public boolean isWholeOnly(PieceCid piece) {
    return wholeOnly.getIfPresent(piece) != null;
  }

  /** The number of times that a provider had a part in wrong bytes of a piece. */
  int suspicion(PieceCid piece, ProviderId provider) {
    Suspect suspect = suspects.getIfPresent(new Suspicion(provider, piece));
    return suspect == null ? 0 : suspect.times;
  }

  /** Wrong bytes of a piece came from these. */
  public void suspect(PieceCid piece, List<ProviderId> contributors) {
    mismatches.incrementAndGet();
    boolean alone = contributors.size() == 1;
    for (ProviderId provider : contributors) {
      suspects
          .asMap()
          .compute(
              new Suspicion(provider, piece),
              (key, known) -> again(known == null ? new Suspect(0, 0, Instant.MIN) : known, alone));
    }
  }

  private Suspect again(Suspect known, boolean alone) {
    if (!alone) {
      return new Suspect(known.times + 1, known.alone, known.notBefore);
    }
    Duration wait = rules.mismatch().multipliedBy(1L << Math.min(known.alone, 20));
    Duration bounded = wait.compareTo(LONGEST_WAIT) > 0 ? LONGEST_WAIT : wait;
    return new Suspect(known.times + 1, known.alone + 1, clock.instant().plus(bounded));
  }

  /** The number of times that providers brought wrong bytes. */
  public long mismatches() {
    return mismatches.get();
  }

  /** All bytes of a piece came from this one and were right. */
  public void clear(PieceCid piece, ProviderId provider) {
    suspects.invalidate(new Suspicion(provider, piece));
  }
}
