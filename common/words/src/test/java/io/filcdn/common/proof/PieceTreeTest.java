package io.filcdn.common.proof;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.filcdn.common.piece.CommP;
import io.filcdn.common.piece.PieceCid;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PieceTreeTest {

  private static final int MIB = 1_040_384;

  @ParameterizedTest
  @ValueSource(
      ints = {
        0,
        1,
        126,
        127,
        128,
        1_000,
        MIB / 2,
        MIB - 1,
        MIB,
        MIB + 1,
        MIB + 127,
        2 * MIB,
        2 * MIB + 1,
        5 * MIB + 77_777
      })
  void hashesOfGroupsAreTheRootsOfTheirBytesAndAreReadBack(int size) {
    byte[] raw = Pieces.bytes(size, size);
    PieceCid piece = Pieces.piece(raw);

    PieceTree tree = Pieces.tree(piece, raw);

    PieceGroups groups = tree.groups();
    assertThat(tree.bytes()).hasSize((int) groups.count() * CommP.SIZE);
    for (long group = 0; group < groups.count(); group++) {
      byte[] part = Arrays.copyOfRange(raw, (int) groups.from(group), (int) groups.to(group));
      assertThat(tree.hash(group)).isEqualTo(Pieces.piece(part, groups.level()).commP());
    }
    PieceTree read = PieceTree.read(piece, tree.bytes());
    assertThat(read).isEqualTo(tree).hasSameHashCodeAs(tree);
    assertThat(read.piece()).isEqualTo(piece);
  }

  @Test
  void nameOfAPieceOfOneGroupTellsItsTree() {
    for (int size : new int[] {1, 127, 1_000, MIB - 1, MIB}) {
      byte[] raw = Pieces.bytes(size, size);
      PieceCid piece = Pieces.piece(raw);
      assertThat(PieceTree.ofName(piece)).contains(Pieces.tree(piece, raw));
    }
    byte[] small = Pieces.bytes(1_000, 53);
    PieceCid taller = Pieces.piece(small, 15);
    assertThat(PieceTree.ofName(taller)).contains(Pieces.tree(taller, small));

    assertThat(PieceTree.ofName(Pieces.piece(small, 16))).isEmpty();
    assertThat(PieceTree.ofName(Pieces.piece(Pieces.bytes(MIB + 1, 59)))).isEmpty();
    assertThat(PieceTree.ofName(Pieces.piece(new byte[0]))).isEmpty();
  }

  @Test
  void bytesInRandomStepsFromDirectMemoryGiveTheSameTree() {
    byte[] raw = Pieces.bytes(3 * MIB + 5, 43);
    PieceCid piece = Pieces.piece(raw);
    ByteBuffer direct = ByteBuffer.allocateDirect(raw.length).put(raw).flip();
    Random random = new Random(43);

    PieceTreeHasher hasher = new PieceTreeHasher(piece);
    while (direct.hasRemaining()) {
      int step = Math.min(direct.remaining(), random.nextInt(100_000));
      hasher.update(direct.slice(direct.position(), step));
      direct.position(direct.position() + step);
    }

    assertThat(hasher.rawSize()).isEqualTo(raw.length);
    assertThat(hasher.finish()).isEqualTo(piece);
    assertThat(hasher.tree()).isEqualTo(Pieces.tree(piece, raw));
  }

  @Test
  void everyFlippedBitIsRefused() {
    byte[] raw = Pieces.bytes(4 * MIB + 1, 47);
    PieceCid piece = Pieces.piece(raw);
    byte[] hashes = Pieces.tree(piece, raw).bytes();

    for (int bit = 0; bit < hashes.length * Byte.SIZE; bit++) {
      byte[] changed = hashes.clone();
      changed[bit / 8] ^= (byte) (1 << bit % 8);
      assertThatThrownBy(() -> PieceTree.read(piece, changed))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageStartingWith("expected hashes with the root " + piece.commP());
    }
  }

  @Test
  void missingAndExtraAndSwappedHashesAreRefused() {
    byte[] raw = Pieces.bytes(4 * MIB + 1, 53);
    PieceCid piece = Pieces.piece(raw);
    byte[] hashes = Pieces.tree(piece, raw).bytes();

    for (int length : new int[] {0, 1, 128, 159, 161, 192, 256}) {
      assertThatThrownBy(() -> PieceTree.read(piece, Arrays.copyOf(hashes, length)))
          .hasMessage("expected 160 bytes of hashes for %s, found %d".formatted(piece, length));
    }
    byte[] swapped = hashes.clone();
    System.arraycopy(hashes, 0, swapped, 32, 32);
    System.arraycopy(hashes, 32, swapped, 0, 32);
    assertThatThrownBy(() -> PieceTree.read(piece, swapped))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void treeOfAnotherPieceIsRefused() {
    byte[] raw = Pieces.bytes(2 * MIB + 9, 59);
    PieceCid piece = Pieces.piece(raw);
    byte[] hashes = Pieces.tree(piece, raw).bytes();
    raw[MIB] ^= 1;
    PieceCid other = Pieces.piece(raw);
    PieceCid taller = new PieceCid(piece.commP(), piece.height() + 1, piece.rawSize());
    PieceCid shorter = new PieceCid(piece.commP(), piece.height(), 2 * MIB);

    for (PieceCid wrong : new PieceCid[] {other, taller, shorter}) {
      assertThatThrownBy(() -> PieceTree.read(wrong, hashes))
          .isInstanceOf(IllegalArgumentException.class);
    }
  }

  @Test
  void piecesOfOneRootHaveTreesOfTheirOwnSize() {
    byte[] raw = Arrays.copyOf(Pieces.bytes(2 * MIB, 61), 4 * MIB);
    PieceCid all = Pieces.piece(raw);
    PieceCid half = Pieces.piece(Arrays.copyOf(raw, 2 * MIB), all.height());
    assertThat(half.commP()).isEqualTo(all.commP());

    PieceTree tree = Pieces.tree(all, raw);

    assertThat(tree.bytes()).hasSize(4 * CommP.SIZE);
    assertThatThrownBy(() -> PieceTree.read(half, tree.bytes())).hasMessageContaining("64 bytes");
    assertThat(PieceTree.read(half, Arrays.copyOf(tree.bytes(), 64)))
        .isEqualTo(Pieces.tree(half, Arrays.copyOf(raw, 2 * MIB)))
        .isNotEqualTo(tree);
  }

  @Test
  void tallerTreesAreReadBack() {
    byte[] raw = Pieces.bytes(3 * MIB - 1, 67);
    PieceCid piece = Pieces.piece(raw, PieceCid.MAX_HEIGHT);

    PieceTree tree = Pieces.tree(piece, raw);

    assertThat(PieceTree.read(piece, tree.bytes())).isEqualTo(tree);
    assertThat(tree.groups().count()).isEqualTo(3);
  }

  @Test
  void otherBytesAndOtherSizesHaveNoTree() {
    byte[] raw = Pieces.bytes(MIB + 1, 71);
    PieceCid piece = Pieces.piece(raw);
    for (int length : new int[] {0, MIB, MIB + 2, 2 * MIB}) {
      PieceTreeHasher hasher = new PieceTreeHasher(piece);
      hasher.update(ByteBuffer.wrap(Arrays.copyOf(raw, length)));
      PieceCid found = hasher.finish();
      assertThat(found.rawSize()).isEqualTo(length);
      assertThatThrownBy(hasher::tree)
          .isInstanceOf(IllegalStateException.class)
          .hasMessage("expected %s, found %s".formatted(piece, found));
    }
    PieceTreeHasher tooMuch = new PieceTreeHasher(piece);
    tooMuch.update(ByteBuffer.allocate(5 * MIB));
    assertThatThrownBy(tooMuch::finish).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void groupsAreCheckedAlone() {
    byte[] raw = Pieces.bytes(2 * MIB + 1_000, 73);
    PieceTree tree = Pieces.tree(Pieces.piece(raw), raw);
    Random random = new Random(73);
    for (long group = 0; group < 3; group++) {
      int from = (int) tree.groups().from(group);
      int to = (int) tree.groups().to(group);
      byte[] part = Arrays.copyOfRange(raw, from, to);
      assertThat(verified(tree, group, part)).isTrue();
      assertThat(verified(tree, (group + 1) % 3, part)).isFalse();
      assertThat(verified(tree, group, Arrays.copyOf(part, part.length - 1))).isFalse();
      assertThat(verified(tree, group, Arrays.copyOf(part, part.length + 1))).isFalse();
      assertThat(verified(tree, group, Arrays.copyOf(part, 2 * MIB))).isFalse();
      part[random.nextInt(part.length)] ^= (byte) (1 << random.nextInt(8));
      assertThat(verified(tree, group, part)).isFalse();
    }
    assertThatThrownBy(() -> new GroupVerifier(tree, 3))
        .isInstanceOf(IndexOutOfBoundsException.class);
    assertThatThrownBy(() -> tree.hash(3)).isInstanceOf(IndexOutOfBoundsException.class);
    assertThatThrownBy(() -> tree.hash(-1)).isInstanceOf(IndexOutOfBoundsException.class);
  }

  private static boolean verified(PieceTree tree, long group, byte[] bytes) {
    GroupVerifier verifier = new GroupVerifier(tree, group);
    int half = bytes.length / 2;
    verifier.update(ByteBuffer.wrap(bytes, 0, half));
    verifier.update(ByteBuffer.wrap(bytes, half, bytes.length - half));
    return verifier.finish();
  }
}
