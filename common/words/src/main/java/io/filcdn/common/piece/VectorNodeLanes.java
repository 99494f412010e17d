package io.filcdn.common.piece;

import static jdk.incubator.vector.VectorOperators.LSHR;
import static jdk.incubator.vector.VectorOperators.ROR;
import static jdk.incubator.vector.VectorOperators.XOR;

import java.util.Arrays;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * {@link NodeLanes} in the widest vectors of the machine: 16 lanes with AVX-512, 8 with AVX2. To be
 * touched only where the module {@code jdk.incubator.vector} is there.
 *
 * <p>SHA-256 is a chain of rounds that each wait for the one before. Four rounds are done for all
 * lanes before the next four, so that the processor always has several chains to work on at once;
 * state and words wait in the rows, which fit its first-level cache. Methods are as short as they
 * are because the compiler stops inlining in longer ones, and vectors then become objects.
 */
final class VectorNodeLanes implements NodeLanes {

  private static final VectorSpecies<Integer> SPECIES = IntVector.SPECIES_PREFERRED;
  private static final int[] CONSTANTS = Sha256.constants();
  private static final int[] PADDING_CONSTANTS = Sha256.paddingConstants();
  private static final int NOTHING = NodeLanes.WORDS - LANES;

  @Override
  public int width() {
    return SPECIES.length();
  }

  @Override
  public void hash(int[] rows, int lanes) {
    for (int word = 0; word < 8; word++) {
      int row = word * LANES;
      Arrays.fill(rows, row, row + lanes, Sha256.initial(word));
    }
    for (int round = 0; round < Sha256.ROUNDS; round += 4) {
      if (round >= 16) {
        schedule(rows, lanes, round & 15);
      }
      fourRounds(rows, lanes, round, CHILDREN + (round & 15) * LANES, LANES, CONSTANTS);
    }
    endFirstBlock(rows, lanes);
    for (int round = 0; round < Sha256.ROUNDS; round += 4) {
      fourRounds(rows, lanes, round, NOTHING, 0, PADDING_CONSTANTS);
    }
    endSecondBlock(rows, lanes);
  }

  /**
   * Four rounds. Each would shift the eight words of the state by one; they stay in their rows
   * instead, and after four rounds the first half of the rows has changed places with the second.
   *
   * @param words the row of the first round's words
   * @param step from there to the next round's
   */
  private static void fourRounds(
      int[] rows, int lanes, int round, int words, int step, int[] constants) {
    int first = (round & 4) * LANES;
    int second = 4 * LANES - first;
    for (int lane = 0; lane < lanes; lane += SPECIES.length()) {
      IntVector a = IntVector.fromArray(SPECIES, rows, first + lane);
      IntVector b = IntVector.fromArray(SPECIES, rows, first + LANES + lane);
      IntVector c = IntVector.fromArray(SPECIES, rows, first + 2 * LANES + lane);
      IntVector d = IntVector.fromArray(SPECIES, rows, first + 3 * LANES + lane);
      IntVector e = IntVector.fromArray(SPECIES, rows, second + lane);
      IntVector f = IntVector.fromArray(SPECIES, rows, second + LANES + lane);
      IntVector g = IntVector.fromArray(SPECIES, rows, second + 2 * LANES + lane);
      IntVector h = IntVector.fromArray(SPECIES, rows, second + 3 * LANES + lane);
      IntVector t;
      t =
          h.add(IntVector.fromArray(SPECIES, rows, words + lane).add(constants[round]))
              .add(g.lanewise(XOR, e.and(f.lanewise(XOR, g))))
              .add(
                  e.lanewise(ROR, 6)
                      .lanewise(XOR, e.lanewise(ROR, 11))
                      .lanewise(XOR, e.lanewise(ROR, 25)));
      d = d.add(t);
      h =
          a.and(b)
              .or(c.and(a.or(b)))
              .add(
                  a.lanewise(ROR, 2)
                      .lanewise(XOR, a.lanewise(ROR, 13))
                      .lanewise(XOR, a.lanewise(ROR, 22)))
              .add(t);
      t =
          g.add(IntVector.fromArray(SPECIES, rows, words + step + lane).add(constants[round + 1]))
              .add(f.lanewise(XOR, d.and(e.lanewise(XOR, f))))
              .add(
                  d.lanewise(ROR, 6)
                      .lanewise(XOR, d.lanewise(ROR, 11))
                      .lanewise(XOR, d.lanewise(ROR, 25)));
      c = c.add(t);
      g =
          h.and(a)
              .or(b.and(h.or(a)))
              .add(
                  h.lanewise(ROR, 2)
                      .lanewise(XOR, h.lanewise(ROR, 13))
                      .lanewise(XOR, h.lanewise(ROR, 22)))
              .add(t);
      t =
          f.add(
                  IntVector.fromArray(SPECIES, rows, words + 2 * step + lane)
                      .add(constants[round + 2]))
              .add(e.lanewise(XOR, c.and(d.lanewise(XOR, e))))
              .add(
                  c.lanewise(ROR, 6)
                      .lanewise(XOR, c.lanewise(ROR, 11))
                      .lanewise(XOR, c.lanewise(ROR, 25)));
      b = b.add(t);
      f =
          g.and(h)
              .or(a.and(g.or(h)))
              .add(
                  g.lanewise(ROR, 2)
                      .lanewise(XOR, g.lanewise(ROR, 13))
                      .lanewise(XOR, g.lanewise(ROR, 22)))
              .add(t);
      t =
          e.add(
                  IntVector.fromArray(SPECIES, rows, words + 3 * step + lane)
                      .add(constants[round + 3]))
              .add(d.lanewise(XOR, b.and(c.lanewise(XOR, d))))
              .add(
                  b.lanewise(ROR, 6)
                      .lanewise(XOR, b.lanewise(ROR, 11))
                      .lanewise(XOR, b.lanewise(ROR, 25)));
      a = a.add(t);
      e =
          f.and(g)
              .or(h.and(f.or(g)))
              .add(
                  f.lanewise(ROR, 2)
                      .lanewise(XOR, f.lanewise(ROR, 13))
                      .lanewise(XOR, f.lanewise(ROR, 22)))
              .add(t);
      a.intoArray(rows, first + lane);
      b.intoArray(rows, first + LANES + lane);
      c.intoArray(rows, first + 2 * LANES + lane);
      d.intoArray(rows, first + 3 * LANES + lane);
      e.intoArray(rows, second + lane);
      f.intoArray(rows, second + LANES + lane);
      g.intoArray(rows, second + 2 * LANES + lane);
      h.intoArray(rows, second + 3 * LANES + lane);
    }
  }

  /** Replaces four of the sixteen words, from {@code from} on, by those of 16 rounds later. */
  private static void schedule(int[] rows, int lanes, int from) {
    for (int word = from; word < from + 4; word++) {
      int row = row(word);
      int next = row(word + 1);
      int ninth = row(word + 9);
      int fourteenth = row(word + 14);
      for (int lane = 0; lane < lanes; lane += SPECIES.length()) {
        IntVector a = load(rows, next + lane);
        IntVector b = load(rows, fourteenth + lane);
        IntVector low =
            a.lanewise(ROR, 7)
                .lanewise(XOR, a.lanewise(ROR, 18))
                .lanewise(XOR, a.lanewise(LSHR, 3));
        IntVector high =
            b.lanewise(ROR, 17)
                .lanewise(XOR, b.lanewise(ROR, 19))
                .lanewise(XOR, b.lanewise(LSHR, 10));
        load(rows, row + lane)
            .add(load(rows, ninth + lane))
            .add(low)
            .add(high)
            .intoArray(rows, row + lane);
      }
    }
  }

  private static int row(int word) {
    return CHILDREN + (word & 15) * LANES;
  }

  /** Adds the initial state, and keeps the sum where the children's words were. */
  private static void endFirstBlock(int[] rows, int lanes) {
    for (int word = 0; word < 8; word++) {
      int initial = Sha256.initial(word);
      int row = word * LANES;
      for (int lane = 0; lane < lanes; lane += SPECIES.length()) {
        IntVector sum = load(rows, row + lane).add(initial);
        sum.intoArray(rows, row + lane);
        sum.intoArray(rows, CHILDREN + row + lane);
      }
    }
  }

  private static void endSecondBlock(int[] rows, int lanes) {
    for (int word = 0; word < 8; word++) {
      int kept = word == 7 ? LAST_WORD : -1;
      int row = word * LANES;
      for (int lane = 0; lane < lanes; lane += SPECIES.length()) {
        load(rows, row + lane)
            .add(load(rows, CHILDREN + row + lane))
            .and(kept)
            .intoArray(rows, row + lane);
      }
    }
  }

  private static IntVector load(int[] rows, int at) {
    return IntVector.fromArray(SPECIES, rows, at);
  }
}
