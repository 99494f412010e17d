package io.filcdn.retrieval.tree;

import static org.assertj.core.api.Assertions.assertThat;

import io.filcdn.common.piece.CommPHasher;
import io.filcdn.common.piece.PieceCid;
import io.filcdn.common.proof.PieceTree;
import io.filcdn.common.proof.PieceTreeHasher;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TreeStoreTest {

  private static final TopicPartition PARTITION = new TopicPartition("filcdn.pieces.trees", 0);

  @TempDir Path folder;

  static PieceTree tree(int size, long seed) {
    byte[] bytes = new byte[size];
    new Random(seed).nextBytes(bytes);
    CommPHasher hasher = new CommPHasher();
    hasher.update(bytes, 0, size);
    PieceCid piece = hasher.finish();
    PieceTreeHasher trees = new PieceTreeHasher(piece);
    trees.update(ByteBuffer.wrap(bytes));
    trees.finish();
    return trees.tree();
  }

  @Test
  void whatWasComputedIsKeptAndToldOnce() {
    PieceTree tree = tree(3_000_000, 1);
    try (TreeStore store = TreeStore.open(folder, Long.MAX_VALUE)) {
      assertThat(store.find(tree.piece())).isEmpty();
      store.computed(tree);
      assertThat(store.untold(10)).containsExactly(tree);
    }
    try (TreeStore store = TreeStore.open(folder, Long.MAX_VALUE)) {
      assertThat(store.find(tree.piece())).contains(tree);
      assertThat(store.untold(10)).containsExactly(tree);
      store.told(tree.piece());
      store.computed(tree);
      assertThat(store.untold(10)).isEmpty();
    }
  }

  @Test
  void whatOthersToldComesWithTheOffsetBehindIt() {
    PieceTree tree = tree(3_000_000, 2);
    try (TreeStore store = TreeStore.open(folder, Long.MAX_VALUE)) {
      store.computed(tree);
      assertThat(store.offsets()).isEmpty();
      store.applyTrees(List.of(tree), Map.of(PARTITION, 7L));
      assertThat(store.untold(10)).isEmpty();
    }
    try (TreeStore store = TreeStore.open(folder, Long.MAX_VALUE)) {
      assertThat(store.offsets()).isEqualTo(Map.of(PARTITION, 7L));
      assertThat(store.find(tree.piece())).contains(tree);
    }
  }

  @Test
  void aPieceOfOneGroupHasNone() {
    PieceTree tree = tree(1_040_384, 3);
    try (TreeStore store = TreeStore.open(folder, Long.MAX_VALUE)) {
      store.computed(tree);
      store.applyTrees(List.of(tree), Map.of(PARTITION, 1L));

      assertThat(store.find(tree.piece())).isEmpty();
      assertThat(store.untold(10)).isEmpty();
    }
  }

  @Test
  void whatAnyoneTellsIsCheckedKeptAndToldOnce() {
    PieceTree tree = tree(3_000_000, 6);
    byte[] wrong = tree.bytes();
    wrong[40] ^= 1;
    try (TreeStore store = TreeStore.open(folder, Long.MAX_VALUE)) {
      assertThat(store.offered(tree.piece(), wrong)).isInstanceOf(TreeOffer.Wrong.class);
      assertThat(store.knows(tree.piece())).isFalse();

      assertThat(store.offered(tree.piece(), tree.bytes())).isEqualTo(new TreeOffer.Kept(true));
      assertThat(store.offered(tree.piece(), tree.bytes())).isEqualTo(new TreeOffer.Kept(false));
      assertThat(store.untold(10)).containsExactly(tree);
    }
    try (TreeStore store = TreeStore.open(folder, Long.MAX_VALUE)) {
      assertThat(store.knows(tree.piece())).isTrue();
    }
  }

  @Test
  void aStoreThatIsHalfFullTakesOnlyWhatIsComputed() {
    PieceTree tree = tree(3_000_000, 7);
    try (TreeStore store = TreeStore.open(folder, 1)) {
      assertThat(store.offered(tree.piece(), tree.bytes())).isEqualTo(new TreeOffer.Full());
      store.computed(tree);
      assertThat(store.find(tree.piece())).contains(tree);
    }
  }

  @Test
  void treesOfPiecesThatNobodyWantsMakeRoom() {
    PieceTree gone = tree(3_000_000, 8);
    PieceTree wanted = tree(3_000_000, 9);
    try (TreeStore store = TreeStore.open(folder, Long.MAX_VALUE)) {
      store.computed(gone);
      store.applyTrees(List.of(wanted), Map.of(PARTITION, 1L));
      assertThat(store.forgetIf(piece -> true)).isZero();
    }
    // 2 * 3 hashes are more than the half that others may take, from its files on
    try (TreeStore store = TreeStore.open(folder, 300)) {
      PieceTree next = tree(3_000_000, 10);
      assertThat(store.offered(next.piece(), next.bytes())).isEqualTo(new TreeOffer.Full());

      assertThat(store.forgetIf(gone.piece()::equals)).isEqualTo(1);

      assertThat(store.find(gone.piece())).isEmpty();
      assertThat(store.find(wanted.piece())).contains(wanted);
      assertThat(store.untold(10)).isEmpty();
    }
  }

  @Test
  void aClosedStoreKnowsNothing() {
    TreeStore store = TreeStore.open(folder, Long.MAX_VALUE);
    store.close();

    store.computed(tree(3_000_000, 5));

    assertThat(store.untold(10)).isEmpty();
  }

  @Test
  void aFullStoreTakesNoMoreAndFollowsOn() {
    PieceTree tree = tree(3_000_000, 4);
    try (TreeStore store = TreeStore.open(folder, 0)) {
      store.computed(tree);
      store.applyTrees(List.of(tree), Map.of(PARTITION, 9L));

      assertThat(store.find(tree.piece())).isEmpty();
      assertThat(store.offsets()).isEqualTo(Map.of(PARTITION, 9L));
    }
  }
}
