package io.filcdn.retrieval.proof;

import io.filcdn.common.proof.GroupRun;
import io.filcdn.common.proof.PieceGroups;
import io.filcdn.common.proof.PieceTree;
import io.filcdn.common.proof.RangeProver;
import io.filcdn.retrieval.bytes.ByteRange;
import io.netty.util.AsciiString;
import java.util.Base64;
import java.util.Optional;

/**
 * The header with which a response brings its own proof: {@code Piece-Proof}, the proof's CBOR as a
 * byte sequence of RFC 9651. It comes with a part that is a few whole groups of the piece's tree:
 * whoever asks for such a part can check it.
 */
public final class PieceProofHeader {

  /** The header's name. */
  public static final CharSequence NAME = new AsciiString("piece-proof");

  private static final int MOST_GROUPS = 16;
  private static final int MOST_BYTES = 1024;

  private PieceProofHeader() {}

  /** The header's value for a range of the piece; empty for one that it does not come with. */
  public static Optional<String> of(PieceTree tree, ByteRange range) {
    PieceGroups groups = tree.groups();
    GroupRun run = groups.run(range.start(), range.end());
    boolean whole = groups.from(run) == range.start() && groups.to(run) == range.end();
    if (!whole || run.count() > MOST_GROUPS) {
      return Optional.empty();
    }
    byte[] proof = RangeProver.prove(tree, run).bytes();
    return proof.length > MOST_BYTES
        ? Optional.empty()
        : Optional.of(":" + Base64.getEncoder().encodeToString(proof) + ":");
  }
}
