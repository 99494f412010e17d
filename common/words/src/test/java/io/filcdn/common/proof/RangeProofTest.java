package io.filcdn.common.proof;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.filcdn.common.piece.CommP;
import io.filcdn.common.piece.NodeTree;
import io.filcdn.common.piece.PieceCid;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RangeProofTest {

  private static final int MIB = 1_040_384;

  /** Sizes around the edges of Fr32 and of groups. */
  @ParameterizedTest
  @ValueSource(
      ints = {1, 126, 127, 128, 254, 255, 507, 508, 509, 1_015, 1_016, 1_017, 1_500, 2_032})
  void everyRunOfGroupsOfEverySizeIsProvedAndVerified(int size) {
    byte[] raw = Pieces.bytes(size, size);
    int smallest = PieceCid.heightFor(size);
    for (int height = smallest; height <= smallest + 2; height++) {
      PieceCid piece = Pieces.piece(raw, height);
      PieceTree tree = Pieces.tree(piece, raw);
      ReferenceTree reference = new ReferenceTree(raw, height);
      assertThat(reference.root()).isEqualTo(piece.commP());
      for (int log2 = 7; log2 <= height + 5; log2++) {
        PieceGroups groups = PieceGroups.of(piece, log2);
        for (long first = 0; first < groups.count(); first++) {
          for (long count = 1; first + count <= groups.count(); count++) {
            GroupRun run = new GroupRun(first, count);
            RangeProof proof = Pieces.prove(tree, raw, log2, run);
            assertThat(proof).isEqualTo(reference(reference, height, log2, run));
            assertThat(RangeProof.read(proof.bytes())).isEqualTo(proof);
            Pieces.verify(piece, proof, part(raw, groups, run));
          }
        }
      }
    }
  }

  /** A proof from all nodes of a tree: the siblings of each node on the edges of the run. */
  private static RangeProof reference(ReferenceTree tree, int height, int log2, GroupRun run) {
    List<CommP> left = new ArrayList<>();
    List<CommP> right = new ArrayList<>();
    long first = run.first();
    long end = run.first() + run.count();
    for (int level = log2 - 5; level < height; level++) {
      if (first % 2 == 1) {
        left.add(tree.node(level, first - 1));
      }
      if (end % 2 == 1) {
        right.add(tree.node(level, end));
      }
      first = first / 2;
      end = (end + 1) / 2;
    }
    return new RangeProof(height, log2, run, left, right);
  }

  @Test
  void randomRunsOfPiecesOfSeveralGroupsAreProvedAndVerified() {
    Random random = new Random(79);
    for (int round = 0; round < 8; round++) {
      int edge = MIB * (1 + random.nextInt(6));
      int[] sizes = {edge - 128, edge - 1, edge, edge + 1, edge + 127, edge + random.nextInt(MIB)};
      byte[] raw = Pieces.bytes(sizes[random.nextInt(sizes.length)], round);
      int height = PieceCid.heightFor(raw.length) + random.nextInt(3);
      PieceCid piece = Pieces.piece(raw, height);
      PieceTree tree = Pieces.tree(piece, raw);
      for (int i = 0; i < 12; i++) {
        int log2 = 7 + random.nextInt(height - 1);
        PieceGroups groups = PieceGroups.of(piece, log2);
        long from = random.nextInt(raw.length);
        GroupRun run = groups.run(from, from + 1 + random.nextInt((int) (raw.length - from)));

        RangeProof proof = Pieces.prove(tree, raw, log2, run);

        Pieces.verify(piece, RangeProof.read(proof.bytes()), part(raw, groups, run));
        if (log2 == tree.groups().groupLog2()) {
          assertThat(RangeProver.prove(tree, run)).isEqualTo(proof);
        }
      }
      GroupRun all = new GroupRun(0, tree.groups().count());
      Pieces.verify(piece, RangeProver.prove(tree, all), raw);
    }
  }

  @Test
  void onlyTheGroupsAtTheEndsOfARunAreRead() throws IOException {
    byte[] raw = Pieces.bytes(6 * MIB, 83);
    PieceTree tree = Pieces.tree(Pieces.piece(raw), raw);
    List<Long> read = new ArrayList<>();
    RangeProver prover =
        new RangeProver(
            tree,
            (from, length) -> {
              read.add(from);
              return ByteBuffer.wrap(raw, (int) from, length);
            });
    long groups = MIB / 16_256;

    prover.prove(14, new GroupRun(0, 6 * groups));
    prover.prove(14, new GroupRun(2 * groups, groups));
    assertThat(read).isEmpty();
    prover.prove(14, new GroupRun(3, 4));
    assertThat(read).containsExactly(0L);
    prover.prove(14, new GroupRun(groups + 1, 4 * groups));
    assertThat(read).containsExactly(0L, (long) MIB, 5L * MIB);
  }

  @Test
  void noProofIsMadeFromBytesThatAreNotThePieces() {
    byte[] raw = Pieces.bytes(2 * MIB, 89);
    PieceTree tree = Pieces.tree(Pieces.piece(raw), raw);
    byte[] wrong = raw.clone();
    wrong[MIB + 77] ^= 1;

    assertThatThrownBy(
            () ->
                new RangeProver(tree, (from, length) -> ByteBuffer.wrap(wrong, (int) from, length))
                    .prove(14, new GroupRun(70, 2)))
        .isInstanceOf(IOException.class)
        .hasMessageStartingWith("expected group 1 of " + tree.piece());
    assertThatThrownBy(
            () ->
                new RangeProver(
                        tree, (from, length) -> ByteBuffer.wrap(raw, (int) from, length - 1))
                    .prove(14, new GroupRun(70, 2)))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("found %d", MIB - 1);
    assertThatThrownBy(() -> Pieces.prove(tree, raw, 14, new GroupRun(127, 2)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("128 groups");
    assertThatThrownBy(() -> RangeProver.prove(tree, new GroupRun(2, 1)))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> Pieces.prove(tree, raw, 6, new GroupRun(0, 1)))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> Pieces.prove(tree, raw, 22, new GroupRun(0, 1)))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void everyFlippedBitOfAProofIsRefused() {
    byte[] raw = Pieces.bytes(1_500, 97);
    PieceCid piece = Pieces.piece(raw);
    PieceTree tree = Pieces.tree(piece, raw);
    PieceGroups groups = PieceGroups.of(piece, 7);
    for (GroupRun run : List.of(new GroupRun(0, 3), new GroupRun(3, 4), new GroupRun(5, 7))) {
      byte[] proof = Pieces.prove(tree, raw, 7, run).bytes();
      byte[] part = part(raw, groups, run);
      for (int bit = 0; bit < proof.length * Byte.SIZE; bit++) {
        byte[] changed = proof.clone();
        changed[bit / 8] ^= (byte) (1 << bit % 8);
        assertThatThrownBy(() -> Pieces.verify(piece, RangeProof.read(changed), part))
            .as("%s, bit %d", run, bit)
            .isInstanceOf(IllegalArgumentException.class)
            .hasMessageStartingWith("expected");
      }
      for (int bit = 0; bit < part.length * Byte.SIZE; bit++) {
        byte[] changed = part.clone();
        changed[bit / 8] ^= (byte) (1 << bit % 8);
        assertThatThrownBy(() -> Pieces.verify(piece, RangeProof.read(proof), changed))
            .isInstanceOf(IllegalArgumentException.class);
      }
      for (int length = 0; length < proof.length; length++) {
        byte[] cut = Arrays.copyOf(proof, length);
        assertThatThrownBy(() -> RangeProof.read(cut))
            .isInstanceOf(IllegalArgumentException.class)
            .hasMessageStartingWith("expected");
      }
      byte[] longer = Arrays.copyOf(proof, proof.length + 1);
      assertThatThrownBy(() -> RangeProof.read(longer)).hasMessageContaining("1 more bytes");
    }
  }

  @Test
  void moreAndFewerBytesAreRefused() {
    byte[] raw = Pieces.bytes(1_000, 101);
    PieceCid piece = Pieces.piece(raw);
    RangeProof proof = Pieces.prove(Pieces.tree(piece, raw), raw, 8, new GroupRun(3, 1));
    byte[] last = Arrays.copyOfRange(raw, 762, 1_000);
    Pieces.verify(piece, proof, last);

    for (int length : new int[] {0, 237, 239, 254}) {
      assertThatThrownBy(() -> Pieces.verify(piece, proof, Arrays.copyOf(last, length)))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageStartingWith("expected 238 bytes of groups, found");
    }
    RangeVerifier verifier = new RangeVerifier(piece, proof);
    assertThat(verifier.from()).isEqualTo(762);
    assertThat(verifier.to()).isEqualTo(1_000);
    verifier.update(ByteBuffer.wrap(last, 0, 200));
    assertThatThrownBy(() -> verifier.update(ByteBuffer.wrap(last, 199, 39)))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void piecesOfOneRootAreToldApart() {
    byte[] raw = Arrays.copyOf(Pieces.bytes(600, 103), 1_000);
    PieceCid longer = Pieces.piece(raw);
    PieceCid shorter = new PieceCid(longer.commP(), longer.height(), 600);
    PieceTree tree = Pieces.tree(longer, raw);

    RangeProof inside = Pieces.prove(tree, raw, 7, new GroupRun(1, 2));
    RangeProof edge = Pieces.prove(tree, raw, 7, new GroupRun(4, 1));
    RangeProof behind = Pieces.prove(tree, raw, 7, new GroupRun(5, 2));

    Pieces.verify(longer, inside, Arrays.copyOfRange(raw, 127, 381));
    Pieces.verify(shorter, inside, Arrays.copyOfRange(raw, 127, 381));
    Pieces.verify(longer, edge, Arrays.copyOfRange(raw, 508, 635));
    Pieces.verify(shorter, edge, Arrays.copyOfRange(raw, 508, 600));
    assertThatThrownBy(() -> Pieces.verify(shorter, edge, Arrays.copyOfRange(raw, 508, 635)))
        .isInstanceOf(IllegalArgumentException.class);
    Pieces.verify(longer, behind, Arrays.copyOfRange(raw, 635, 889));
    assertThatThrownBy(() -> new RangeVerifier(shorter, behind))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("5 groups that hold data");
  }

  @Test
  void rawSizeInFrontOfDataIsRefused() {
    byte[] raw = Pieces.bytes(1_000, 107);
    PieceCid piece = Pieces.piece(raw);
    PieceCid lying = new PieceCid(piece.commP(), piece.height(), 900);
    RangeProof proof = Pieces.prove(Pieces.tree(piece, raw), raw, 7, new GroupRun(7, 1));

    assertThatThrownBy(() -> Pieces.verify(lying, proof, Arrays.copyOfRange(raw, 889, 900)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("found the root");
  }

  @Test
  void proofsForOtherPiecesAreRefused() {
    byte[] raw = Pieces.bytes(1_000, 109);
    PieceCid piece = Pieces.piece(raw);
    RangeProof proof = Pieces.prove(Pieces.tree(piece, raw), raw, 7, new GroupRun(2, 1));
    byte[] part = Arrays.copyOfRange(raw, 254, 381);
    PieceCid taller = Pieces.piece(raw, piece.height() + 1);
    raw[999] ^= 1;
    PieceCid other = Pieces.piece(raw);
    PieceCid empty = Pieces.piece(new byte[0], piece.height());

    Pieces.verify(piece, proof, part);
    assertThatThrownBy(() -> Pieces.verify(taller, proof, part))
        .hasMessage("expected a proof for a tree of height 6, found 5");
    assertThatThrownBy(() -> Pieces.verify(other, proof, part))
        .hasMessageContaining(other.commP().toString());
    assertThatThrownBy(() -> Pieces.verify(empty, proof, part)).hasMessageContaining("0 groups");
    assertThatThrownBy(() -> Pieces.verify(piece, proof, Pieces.bytes(127, 1)))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void pieceOf32GibIsProvedFrom64KibOfHashesAndOneGroup() throws IOException {
    int group = 16 * MIB;
    byte[] raw = Pieces.bytes(group, 113);
    byte[] hash = Pieces.piece(raw, 19).commP().bytes();
    NodeTree nodes = new NodeTree();
    ByteBuffer hashes = ByteBuffer.allocate(2048 * 32);
    while (hashes.hasRemaining()) {
      hashes.put(hash);
      nodes.addNode(hash, 0, 19);
    }
    PieceCid piece = new PieceCid(nodes.root(30), 30, 2048L * group);
    PieceTree tree = PieceTree.read(piece, hashes.array());
    RangeProver prover =
        new RangeProver(tree, (from, length) -> ByteBuffer.wrap(raw, (int) (from % group), length));
    PieceGroups groups = PieceGroups.of(piece, 14);
    GroupRun run = groups.run(20_000_000_000L, 20_000_100_000L);

    RangeProof proof = prover.prove(14, run);

    byte[] part =
        Arrays.copyOfRange(raw, (int) (groups.from(run) % group), (int) (groups.to(run) % group));
    Pieces.verify(piece, RangeProof.read(proof.bytes()), part);
    assertThat(prover.prove(14, new GroupRun(run.first(), 1)).bytes()).hasSize(21 * 34 + 13);
    int at = (int) (groups.from(run) % group) + 16_256;
    byte[] beside = Arrays.copyOfRange(raw, at, at + part.length);
    assertThatThrownBy(() -> Pieces.verify(piece, proof, beside))
        .isInstanceOf(IllegalArgumentException.class);
    Pieces.verify(piece, RangeProver.prove(tree, new GroupRun(1_234, 1)), raw);
    raw[5] ^= 1;
    assertThatThrownBy(() -> prover.prove(14, run)).isInstanceOf(IOException.class);
  }

  @Test
  void tallestTreeIsProvedAndVerified() {
    byte[] raw = Pieces.bytes(3 * MIB, 127);
    PieceCid piece = Pieces.piece(raw, PieceCid.MAX_HEIGHT);
    PieceTree tree = Pieces.tree(piece, raw);
    for (int log2 : new int[] {7, 14, 20, 21, 40, 55}) {
      PieceGroups groups = PieceGroups.of(piece, log2);
      GroupRun run = groups.run(MIB + 5, MIB + 6);

      RangeProof proof = Pieces.prove(tree, raw, log2, run);

      assertThat(proof.bytes()).hasSizeLessThan(RangeProof.MAX_BYTES);
      Pieces.verify(piece, RangeProof.read(proof.bytes()), part(raw, groups, run));
    }
  }

  @Test
  void groupsFarSmallerThanTheTreesAreRefused() {
    PieceCid any = new PieceCid(new CommP(0, 0, 0, 0), 50, PieceCid.capacity(50));
    NodeTree nodes = new NodeTree();
    byte[] hashes = Pieces.bytes(2048 * 32, 131);
    for (int i = 0; i < 2048; i++) {
      nodes.addNode(hashes, i * 32, 39);
    }
    PieceTree tree = PieceTree.read(new PieceCid(nodes.root(50), 50, any.rawSize()), hashes);

    assertThatThrownBy(() -> Pieces.prove(tree, new byte[0], 26, new GroupRun(0, 1)))
        .hasMessage("expected groups of at least 2^27 padded bytes, found 2^26");
    assertThat(RangeProver.prove(tree, new GroupRun(2047, 1)).left()).hasSize(11);
    assertThat(Pieces.prove(tree, new byte[0], 54, new GroupRun(1, 1)).left()).hasSize(1);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        // nothing, another type, another version, another number of parts
        "",
        "01",
        "8702020700018080",
        "8601020700010080",
        "880102070001808000",
        // a tag, a float, a null, an indefinite array, a reserved length
        "c78701020700018080",
        "87f93c00020700018080",
        "87f6020700018080",
        "9f0102070001808080ff",
        "9c01020700018080",
        "87010207000180" + "9fff",
        // longer forms of a number, of an array's length and of a hash's
        "8718010207000180" + "80",
        "8701190002070001" + "8080",
        "87010207000198" + "0080",
        "9807010207000180" + "80",
        "87010307000180" + "815900" + "20" + HASH,
        "87010307000180" + "815f5820" + HASH + "ff",
        // a negative number, a text instead of a hash
        "87010207200180" + "80",
        "87010307000180" + "817820" + HASH,
        // hashes of 31 and 33 bytes, one too many, one too few
        "87010307000180" + "81581f" + HASH,
        "87010307000180" + "815821" + HASH + "00",
        "87010207000180" + "815820" + HASH,
        "87010307000180" + "80",
        "870103070001" + "815820" + HASH + "80",
        // heights 1 and 51, groups of 2^6, larger than the tree, groups that the tree has not
        "87010107000180" + "80",
        "87011833070001" + "8080",
        "87010206000180" + "80",
        "87010208000180" + "80",
        "87010207010180" + "80",
        "87010207000280" + "80",
        // no group, more than 2^63
        "87010207000080" + "80",
        "870102071b7fffffffffffffff" + "018080",
        "870102071bffffffffffffffff" + "018080",
        // lengths beyond what there is
        "870102070001" + "9b7fffffffffffffff" + "80",
        "870102070001" + "98ff" + "80",
        "870102070001" + "1833" + "80",
        "87010307000180" + "815820" + "00",
        "870102070001801b",
        // something behind
        "870102070001808000"
      })
  void bytesThatAreNoProofAreRefused(String hex) {
    assertThatThrownBy(() -> RangeProof.read(HexFormat.of().parseHex(hex)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("expected");
  }

  private static final String HASH =
      "0000000000000000000000000000000000000000000000000000000000000000";

  @Test
  void shortestProofsAreReadAndWrittenBack() {
    for (String hex :
        new String[] {
          "8701020700018080", "87010307000180815820" + HASH, "870118321837000180" + "80"
        }) {
      byte[] bytes = HexFormat.of().parseHex(hex);
      assertThat(RangeProof.read(bytes).bytes()).isEqualTo(bytes);
    }
    assertThatThrownBy(() -> RangeProof.read(new byte[RangeProof.MAX_BYTES + 1]))
        .hasMessageContaining("4096");
  }

  @Test
  void everyProofThatIsReadHasOneSpelling() {
    Random random = new Random(137);
    byte[] raw = Pieces.bytes(5_000, 139);
    PieceTree tree = Pieces.tree(Pieces.piece(raw), raw);
    byte[] proof = Pieces.prove(tree, raw, 7, new GroupRun(9, 20)).bytes();
    int read = 0;
    for (int i = 0; i < 30_000; i++) {
      byte[] changed = Arrays.copyOf(proof, proof.length - random.nextInt(20) / 19);
      for (int changes = random.nextInt(3); changes >= 0; changes--) {
        changed[random.nextInt(random.nextBoolean() ? 10 : changed.length)] =
            (byte) random.nextInt();
      }
      try {
        assertThat(RangeProof.read(changed).bytes()).isEqualTo(changed);
        read++;
      } catch (IllegalArgumentException refused) {
        assertThat(refused).hasMessageStartingWith("expected");
      }
    }
    assertThat(read).isBetween(300, 29_700);
  }

  private static byte[] part(byte[] raw, PieceGroups groups, GroupRun run) {
    return Arrays.copyOfRange(raw, (int) groups.from(run), (int) groups.to(run));
  }
}
