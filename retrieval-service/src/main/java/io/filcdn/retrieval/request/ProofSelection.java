package io.filcdn.retrieval.request;

import io.filcdn.common.piece.PieceCid;
import io.filcdn.common.proof.GroupRun;
import io.filcdn.common.proof.PieceGroups;
import io.filcdn.retrieval.bytes.ByteRange;

/** The groups of a piece that a request for a proof is about. */
public sealed interface ProofSelection {

  /** Groups of 16 KiB, the smallest where a piece is larger. */
  int SMALLEST_LOG2 = 14;

  /** The most groups that one of the tree is split into, as a binary logarithm. */
  int SPLIT_LOG2 = 10;

  /** No groups: the piece has none of that size. */
  record Malformed(String detail) implements ProofSelection {}

  /** No groups: no byte of the piece lies in the range (416). */
  record Unsatisfiable() implements ProofSelection {}

  /** No groups: the client wants a proof only where it is another than this (412). */
  record PreconditionFailed() implements ProofSelection {}

  /** No groups: the client has this very proof (304). */
  record NotModified(String etag) implements ProofSelection {}

  /**
   * Groups side by side.
   *
   * @param etag of their proof, of which there is one
   */
  record Groups(PieceCid piece, PieceGroups groups, GroupRun run, String etag)
      implements ProofSelection {

    /** The bytes of the groups. */
    public ByteRange range() {
      return new ByteRange(groups.from(run), groups.to(run));
    }

    /** True where they are smaller than those of the piece's tree. */
    public boolean areSmall() {
      return groups.groupLog2() < PieceGroups.ofTree(piece).groupLog2();
    }
  }

  /** Selects the groups that hold the bytes of the range. */
  static ProofSelection of(ProofQuery query, ParsedRequest.Conditions conditions, PieceCid piece) {
    PieceGroups tree = PieceGroups.ofTree(piece);
    int log2 = query.groupLog2().orElse(tree.groupLog2());
    int largest = PieceGroups.whole(piece).groupLog2();
    int smallest = Math.min(largest, Math.max(SMALLEST_LOG2, tree.groupLog2() - SPLIT_LOG2));
    if (log2 < smallest || log2 > largest) {
      return new Malformed(
          "expected a group from %d to %d, found %d".formatted(smallest, largest, log2));
    }
    if (query.first() >= piece.rawSize()) {
      return new Unsatisfiable();
    }
    PieceGroups groups = PieceGroups.of(piece, log2);
    long end = Math.min(piece.rawSize() - 1, query.last()) + 1;
    return unlessKnown(conditions, piece, groups, groups.run(query.first(), end));
  }

  private static ProofSelection unlessKnown(
      ParsedRequest.Conditions conditions, PieceCid piece, PieceGroups groups, GroupRun run) {
    String etag =
        "\"%s/proof/%d/%d/%d\"".formatted(piece, groups.groupLog2(), run.first(), run.count());
    if (conditions.ifMatch().filter(header -> !Validators.matches(header, etag)).isPresent()) {
      return new PreconditionFailed();
    }
    return conditions.ifNoneMatch().filter(header -> Validators.names(header, etag)).isPresent()
        ? new NotModified(etag)
        : new Groups(piece, groups, run, etag);
  }
}
