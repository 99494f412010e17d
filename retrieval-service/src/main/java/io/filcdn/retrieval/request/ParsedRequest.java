package io.filcdn.retrieval.request;

import io.filcdn.common.chain.Address;
import io.filcdn.common.piece.PieceName;
import io.filcdn.retrieval.access.Credential;
import io.filcdn.retrieval.media.PieceLabel;
import io.filcdn.retrieval.refusal.Refusal;
import java.util.Optional;

/** A parsed HTTP request: what it asks of the edge. */
public sealed interface ParsedRequest {

  /**
   * A piece.
   *
   * @param headOnly whether only the head of the answer is wanted
   * @param pathStyle whether the payer came in the path, on a host that all payers share
   * @param conditions what the client says of what it has, and of the part it wants
   * @param credential what the client shows
   * @param origin of the page that asks, as the browser says
   * @param label what the link says that the piece is
   */
  record Retrieval(
      boolean headOnly,
      boolean pathStyle,
      Address payer,
      PieceName piece,
      Conditions conditions,
      Credential credential,
      Optional<String> origin,
      Optional<PieceLabel> label)
      implements ParsedRequest {

    /** The bot whose token came with the request. */
    public Optional<String> bot() {
      return credential.bot();
    }
  }

  /**
   * The conditional and range headers of RFC 9110, as they came.
   *
   * @param range {@code Range}
   * @param ifRange {@code If-Range}
   * @param ifMatch {@code If-Match}
   * @param ifNoneMatch {@code If-None-Match}
   * @param ifModifiedSince {@code If-Modified-Since}
   * @param ifUnmodifiedSince {@code If-Unmodified-Since}
   */
  record Conditions(
      Optional<String> range,
      Optional<String> ifRange,
      Optional<String> ifMatch,
      Optional<String> ifNoneMatch,
      Optional<String> ifModifiedSince,
      Optional<String> ifUnmodifiedSince) {

    /** True where the whole piece is wanted whatever the client has. */
    boolean areNone() {
      return range.isEmpty()
          && ifMatch.isEmpty()
          && ifNoneMatch.isEmpty()
          && ifModifiedSince.isEmpty()
          && ifUnmodifiedSince.isEmpty();
    }
  }

  /**
   * A proof of a range of a piece.
   *
   * @param headOnly whether only the head of the answer is wanted
   * @param credential what the client shows
   * @param origin of the page that asks, as the browser says
   */
  record Proof(
      boolean headOnly,
      Address payer,
      PieceName piece,
      ProofQuery query,
      Conditions conditions,
      Credential credential,
      Optional<String> origin)
      implements ParsedRequest {}

  /** A request for, or with, the tree of a piece. */
  record Tree(TreeRequest request) implements ParsedRequest {}

  /** CORS's question before the request proper. */
  record Preflight() implements ParsedRequest {}

  /** The root path. */
  record Welcome() implements ParsedRequest {}

  /** Something that the edge does not answer. */
  record Refused(Refusal refusal) implements ParsedRequest {}
}
