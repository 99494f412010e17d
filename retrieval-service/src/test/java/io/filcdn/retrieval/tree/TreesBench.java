package io.filcdn.retrieval.tree;

import static org.assertj.core.api.Assertions.assertThat;

import io.filcdn.common.piece.CommP;
import io.filcdn.common.piece.PieceCid;
import io.filcdn.common.proof.GroupRun;
import io.filcdn.common.proof.PieceTree;
import io.filcdn.common.proof.RangeProver;
import io.filcdn.testing.bench.BenchReport;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.SplittableRandom;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A million trees of an edge, and proofs from them; run by name: {@code -Dit.test=TreesBench}. The
 * trees are of pieces of 32 MiB that nobody has: random hashes, and the root above them.
 */
class TreesBench {

  private static final int TREES = Integer.getInteger("filcdn.bench.trees", 1_000_000);
  private static final int BATCH = 1_000;
  private static final int GROUPS = 32;
  private static final int HEIGHT = 20;
  private static final long RAW_SIZE = GROUPS * 1_040_384L;
  private static final int PROOFS = 20_000;
  private static final TopicPartition PARTITION = new TopicPartition("filcdn.pieces.trees", 0);

  @TempDir Path folder;

  @Test
  void aMillionTrees() throws IOException {
    BenchReport report = new BenchReport("trees");
    long began = System.nanoTime();
    try (TreeStore store = TreeStore.open(folder, Long.MAX_VALUE)) {
      for (int i = 0; i < TREES; i += BATCH) {
        store.applyTrees(batch(i), Map.of(PARTITION, (long) i + BATCH));
      }
    }
    report.value("making and keeping them", seconds(began), "s");

    long heap = heap();
    began = System.nanoTime();
    try (TreeStore store = TreeStore.open(folder, Long.MAX_VALUE)) {
      assertThat(store.offsets()).isEqualTo(Map.of(PARTITION, (long) TREES));
      report.atMost(30, "opening a million trees", seconds(began), "s");
      proofs(store, report);
      report.atMost(
          64,
          "heap that they use after 20,000 were read",
          (heap() - heap) / (double) (1 << 20),
          "MiB");
    }
    report.note("%,d trees of %d hashes".formatted(TREES, GROUPS)).write();
  }

  /** Proofs of single groups, of trees that are mostly not in memory. */
  private static void proofs(TreeStore store, BenchReport report) {
    Random random = new Random(7);
    long[] nanos = new long[PROOFS];
    for (int i = 0; i < PROOFS; i++) {
      PieceCid piece = tree(random.nextInt(TREES)).piece();
      long group = random.nextInt(GROUPS);
      long begin = System.nanoTime();
      PieceTree tree = store.find(piece).orElseThrow();
      byte[] proof = RangeProver.prove(tree, new GroupRun(group, 1)).bytes();
      nanos[i] = System.nanoTime() - begin;
      assertThat(proof).hasSizeGreaterThan(CommP.SIZE);
    }
    Arrays.sort(nanos);
    report
        .value("a proof with its tree's reading, p50", nanos[PROOFS / 2] / 1e6, "ms")
        .atMost(5, "a proof with its tree's reading, p99", nanos[PROOFS * 99 / 100] / 1e6, "ms");
  }

  private static List<PieceTree> batch(int first) {
    List<PieceTree> trees = new ArrayList<>();
    for (int i = first; i < first + BATCH; i++) {
      trees.add(tree(i));
    }
    return trees;
  }

  private static PieceTree tree(int number) {
    byte[] hashes = new byte[GROUPS * CommP.SIZE];
    new SplittableRandom(number).nextBytes(hashes);
    for (int i = CommP.SIZE - 1; i < hashes.length; i += CommP.SIZE) {
      hashes[i] &= 0x3f;
    }
    return PieceTree.read(new PieceCid(root(hashes), HEIGHT, RAW_SIZE), hashes);
  }

  private static CommP root(byte[] hashes) {
    byte[] row = hashes;
    while (row.length > CommP.SIZE) {
      byte[] above = new byte[row.length / 2];
      for (int at = 0; at < above.length; at += CommP.SIZE) {
        byte[] node = sha256(row, at * 2);
        node[CommP.SIZE - 1] &= 0x3f;
        System.arraycopy(node, 0, above, at, CommP.SIZE);
      }
      row = above;
    }
    return CommP.of(row, 0);
  }

  private static byte[] sha256(byte[] row, int at) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      digest.update(row, at, 2 * CommP.SIZE);
      return digest.digest();
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("every Java has SHA-256", e);
    }
  }

  private static double seconds(long since) {
    return (System.nanoTime() - since) / 1e9;
  }

  private static long heap() {
    System.gc();
    return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
  }
}
