package io.filcdn.simulation.cache;

import com.github.benmanes.caffeine.cache.Cache;
import io.filcdn.retrieval.cache.DiskPieceCache;
import io.filcdn.simulation.traffic.Chance;
import io.filcdn.simulation.traffic.Zipf;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;

/**
 * The hit ratios of an edge's disk on a trace of Zipf's law with one-hit wonders: by the edge's own
 * policy, W-TinyLFU as Caffeine has it, and by LRU of the same size.
 */
public final class HitRatios {

  private static final long BLOCK = 4 << 10;

  private final Trace trace;

  /**
   * A trace. The first half of its requests is not counted: it fills the cache.
   *
   * @param pieces that are asked for again and again
   * @param onceOnly the share of requests for a piece that nobody asks for again
   */
  public record Trace(long pieces, double exponent, double onceOnly, long requests, long seed) {}

  /**
   * The ratios for a cache.
   *
   * @param share of the bytes of all pieces that fits
   * @param ours hits of all requests, by the edge's policy
   * @param oursBytes hit bytes of all bytes
   * @param lru hits of all requests, by LRU
   */
  public record Ratio(double share, double ours, double oursBytes, double lru, double lruBytes) {}

  public HitRatios(Trace trace) {
    this.trace = trace;
  }

  /** The ratios for caches of several sizes. */
  public List<Ratio> of(List<Double> shares) {
    List<Ratio> ratios = new ArrayList<>();
    for (double share : shares) {
      long bytes = Math.round(share * trace.pieces * Chance.meanSize());
      Hits ours = replay(new Ours(bytes));
      Hits lru = replay(new Lru(bytes));
      ratios.add(new Ratio(share, ours.ratio(), ours.ofBytes(), lru.ratio(), lru.ofBytes()));
    }
    return ratios;
  }

  /** A cache of pieces by number. */
  private interface Policy {
    /** True where the piece is here; it is from then on, if the policy will. */
    boolean ask(long piece, long bytes);
  }

  private static final class Ours implements Policy {
    private final Cache<Long, Long> pieces;

    Ours(long maxBytes) {
      this.pieces =
          DiskPieceCache.<Long, Long>policy(maxBytes, bytes -> bytes)
              .executor(Runnable::run)
              .build();
    }

    @Override
    public boolean ask(long piece, long bytes) {
      if (pieces.getIfPresent(piece) != null) {
        return true;
      }
      pieces.put(piece, bytes);
      return false;
    }
  }

  private static final class Lru implements Policy {
    private final LinkedHashMap<Long, Long> pieces = new LinkedHashMap<>(16, 0.75f, true);
    private final long most;
    private long blocks;

    Lru(long maxBytes) {
      this.most = maxBytes / BLOCK;
    }

    @Override
    public boolean ask(long piece, long bytes) {
      if (pieces.get(piece) != null) {
        return true;
      }
      pieces.put(piece, Math.ceilDiv(bytes + BLOCK, BLOCK));
      blocks += Math.ceilDiv(bytes + BLOCK, BLOCK);
      while (blocks > most && !pieces.isEmpty()) {
        Map.Entry<Long, Long> eldest = pieces.pollFirstEntry();
        blocks -= eldest.getValue();
      }
      return false;
    }
  }

  private static final class Hits {
    private long requests;
    private long bytes;
    private long hits;
    private long hitBytes;

    double ratio() {
      return (double) hits / requests;
    }

    double ofBytes() {
      return (double) hitBytes / bytes;
    }
  }

  private Hits replay(Policy policy) {
    SplittableRandom random = new SplittableRandom(trace.seed);
    Zipf zipf = new Zipf(trace.pieces, trace.exponent);
    Hits hits = new Hits();
    long once = trace.pieces;
    for (long i = 0; i < trace.requests; i++) {
      boolean isOnce = random.nextDouble() < trace.onceOnly;
      long piece = isOnce ? ++once : zipf.draw(random);
      long bytes = Chance.size(new SplittableRandom(piece * 0x9e3779b97f4a7c15L + trace.seed));
      boolean hit = policy.ask(piece, bytes);
      if (i >= trace.requests / 2) {
        hits.requests++;
        hits.bytes += bytes;
        hits.hits += hit ? 1 : 0;
        hits.hitBytes += hit ? bytes : 0;
      }
    }
    return hits;
  }
}
