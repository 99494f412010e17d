package io.filcdn.retrieval.proof;

import io.filcdn.common.piece.PieceCid;
import io.filcdn.common.proof.PieceTree;
import io.filcdn.common.proof.RangeProof;
import io.filcdn.common.proof.RangeProver;
import io.filcdn.common.proof.WrongBytesException;
import io.filcdn.retrieval.bytes.ByteRange;
import io.filcdn.retrieval.bytes.PieceBytes;
import io.filcdn.retrieval.cache.PieceCache;
import io.filcdn.retrieval.refusal.Refusal;
import io.filcdn.retrieval.request.ProofSelection;
import io.filcdn.retrieval.tree.TreeStore;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.NoSuchFileException;
import java.util.Optional;
import org.jboss.logging.Logger;

/**
 * The maker of proofs of what this edge knows: groups of a piece's tree from the tree alone,
 * smaller ones from cached bytes too. Fetches nothing.
 */
public final class PieceProver {

  private static final Logger LOG = Logger.getLogger(PieceProver.class);

  private final TreeStore trees;
  private final PieceCache cache;

  public PieceProver(TreeStore trees, PieceCache cache) {
    this.trees = trees;
    this.cache = cache;
  }

  /** The outcome of making a proof. */
  sealed interface Outcome {

    /** A proof that was made. */
    record Proved(RangeProof proof) implements Outcome {}

    /** A proof that cannot be made here now. */
    record Refused(Refusal refusal) implements Outcome {}
  }

  /** Proves groups. Blocks on the disk; hashes up to two groups of the tree for small ones. */
  Outcome prove(ProofSelection.Groups asked) {
    PieceCid piece = asked.piece();
    Optional<PieceTree> tree = PieceTree.ofName(piece).or(() -> trees.find(piece));
    return tree.isEmpty() ? new Outcome.Refused(Refusal.TREE_UNKNOWN) : prove(tree.get(), asked);
  }

  private Outcome prove(PieceTree tree, ProofSelection.Groups asked) {
    PieceCid piece = asked.piece();
    try {
      RangeProver prover = new RangeProver(tree, (from, length) -> read(piece, from, length));
      return new Outcome.Proved(prover.prove(asked.groups().groupLog2(), asked.run()));
    } catch (NoSuchFileException e) {
      LOG.debugf("bytes of piece %s are not here: %s", piece, e.getMessage());
    } catch (WrongBytesException e) {
      LOG.errorf("piece %s leaves the cache, where its bytes are not right: %s", piece, e);
      cache.purge(piece);
    } catch (IOException e) {
      LOG.errorf("piece %s cannot be read for a proof: %s", piece, e);
    }
    return new Outcome.Refused(Refusal.GROUPS_NOT_CACHED);
  }

  private ByteBuffer read(PieceCid piece, long from, int length) throws IOException {
    Optional<PieceBytes> cached = cache.openCached(piece, new ByteRange(from, from + length));
    if (cached.isEmpty()) {
      throw new NoSuchFileException(piece.toString());
    }
    try (PieceBytes bytes = cached.get()) {
      ByteBuffer to = ByteBuffer.allocate(length);
      while (to.hasRemaining()) {
        bytes.read(to, from + to.position());
      }
      return to.flip();
    }
  }
}
