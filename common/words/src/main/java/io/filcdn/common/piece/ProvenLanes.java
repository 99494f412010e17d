package io.filcdn.common.piece;

import java.time.Duration;
import java.util.Optional;
import java.util.Random;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The way to hash many nodes at once, where it has proved right and faster on this machine. Vectors
 * are slow beyond use until the compiler has seen their code run for about a second, so they are
 * tried on a payload of their own before a piece depends on them.
 */
final class ProvenLanes {

  private static final String MODULE = "jdk.incubator.vector";
  private static final int LEAST_WIDTH = 8;
  private static final long PATIENCE = Duration.ofSeconds(20).toNanos();

  /** The number of times in a row that they have to be faster. */
  private static final int WINS = 2;

  /** Enough to fill a storey of the tree. */
  private static final int PAYLOAD = 20 * LaneTree.RAW + 1;

  private static volatile @Nullable NodeLanes proven;

  private ProvenLanes() {}

  static @Nullable NodeLanes get() {
    return proven;
  }

  /**
   * Tries what there is; takes about a second of one core, and none where it was tried before.
   *
   * @param nanoTime a clock for measuring
   * @return how pieces are hashed from now on, and why; for a person
   */
  static synchronized String prove(LongSupplier nanoTime) {
    NodeLanes known = proven;
    if (known != null) {
      return "CommP: %d nodes at once".formatted(known.width());
    }
    Optional<NodeLanes> found = find();
    if (found.isEmpty()) {
      return "CommP: one node at once; --add-modules %s makes it faster".formatted(MODULE);
    }
    if (found.get().width() < LEAST_WIDTH) {
      return "CommP: one node at once; this machine has neither AVX2 nor AVX-512";
    }
    return prove(found.get(), nanoTime);
  }

  /** Tries {@code candidate}: it is used where it is right, and faster before long. */
  static String prove(NodeLanes candidate, LongSupplier nanoTime) {
    byte[] payload = new byte[PAYLOAD];
    new Random(PAYLOAD).nextBytes(payload);
    long begin = nanoTime.getAsLong();
    PieceCid right = hash(payload, null);
    int wins = 0;
    // one could be the machine's, which did something else in between
    while (wins < WINS) {
      long start = nanoTime.getAsLong();
      hash(payload, null);
      long middle = nanoTime.getAsLong();
      PieceCid root = hash(payload, candidate);
      long end = nanoTime.getAsLong();
      if (!root.equals(right)) {
        return "CommP: one node at once; several gave %s for %s".formatted(root, right);
      }
      if (end - begin > PATIENCE) {
        return "CommP: one node at once; several are not faster here";
      }
      wins = end - middle < middle - start ? wins + 1 : 0;
    }
    proven = candidate;
    return "CommP: %d nodes at once".formatted(candidate.width());
  }

  private static PieceCid hash(byte[] payload, @Nullable NodeLanes lanes) {
    CommPHasher hasher = new CommPHasher(lanes);
    hasher.update(payload, 0, payload.length);
    return hasher.finish();
  }

  /** The vectors' class, which cannot even be loaded where their module is not. */
  private static Optional<NodeLanes> find() {
    if (ModuleLayer.boot().findModule(MODULE).isEmpty()) {
      return Optional.empty();
    }
    try {
      return Optional.of(
          Class.forName("io.filcdn.common.piece.VectorNodeLanes")
              .asSubclass(NodeLanes.class)
              .getDeclaredConstructor()
              .newInstance());
    } catch (ReflectiveOperationException | LinkageError e) {
      throw new IllegalStateException("the module " + MODULE + " is there, and of no use", e);
    }
  }
}
