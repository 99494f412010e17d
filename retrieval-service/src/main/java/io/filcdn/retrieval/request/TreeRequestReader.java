package io.filcdn.retrieval.request;

import io.filcdn.common.piece.CommP;
import io.filcdn.common.piece.PieceCid;
import io.filcdn.common.piece.PieceName;
import io.filcdn.common.proof.PieceTree;
import io.filcdn.retrieval.refusal.Problem;
import io.filcdn.retrieval.refusal.Refusal;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import java.util.List;
import java.util.Locale;
import java.util.OptionalLong;
import java.util.regex.Pattern;

/** A reader of requests on trees. */
public final class TreeRequestReader {

  private static final String TREES = "/trees/";
  private static final Pattern MEDIA_TYPE =
      Pattern.compile("\\s*application/octet-stream\\s*(;.*)?", Pattern.CASE_INSENSITIVE);

  private TreeRequestReader() {}

  /** True where a path is that of a tree, on the root host. */
  static boolean isOfTree(String path) {
    return path.startsWith(TREES);
  }

  /** Reads a request with such a path. */
  static TreeRequest read(HttpServerRequest request, String path) {
    boolean isPut = request.method().equals(HttpMethod.PUT);
    boolean isGet = request.method().equals(HttpMethod.GET);
    if (!isPut && !isGet && !request.method().equals(HttpMethod.HEAD)) {
      return new TreeRequest.Refused(Problem.of(Refusal.TREE_METHOD_NOT_ALLOWED));
    }
    try {
      // base32 is the same in either case
      return switch (PieceName.parse(path.substring(TREES.length()).toLowerCase(Locale.ROOT))) {
        case PieceCid piece when isPut -> put(request, piece);
        case PieceCid piece -> new TreeRequest.Get(piece);
        case CommP root ->
            refused(Refusal.SIZE_UNKNOWN, "a tree is of a root and a size, found a PieceCID v1");
      };
    } catch (IllegalArgumentException e) {
      return refused(Refusal.PATH_UNKNOWN, "a PieceCID v2 (bafkzcib…) comes after /trees/");
    }
  }

  /** The request to put a tree; refused where its head tells that the body is none. */
  private static TreeRequest put(HttpServerRequest request, PieceCid piece) {
    String type = request.getHeader(HttpHeaderNames.CONTENT_TYPE);
    String encoding = request.getHeader(HttpHeaderNames.CONTENT_ENCODING);
    if ((type != null && !MEDIA_TYPE.matcher(type).matches()) || encoding != null) {
      return new TreeRequest.Refused(Problem.of(Refusal.MEDIA_TYPE_UNSUPPORTED));
    }
    OptionalLong length = length(request);
    int expected = PieceTree.size(piece);
    if (length.isEmpty() || length.getAsLong() == expected) {
      return new TreeRequest.Put(piece);
    }
    return new TreeRequest.Refused(wrongLength(expected, length.getAsLong()));
  }

  /** The length of the body, where the head tells it; one in chunks tells none that counts. */
  private static OptionalLong length(HttpServerRequest request) {
    String length = request.getHeader(HttpHeaderNames.CONTENT_LENGTH);
    boolean inChunks = request.headers().contains(HttpHeaderNames.TRANSFER_ENCODING);
    if (length == null || inChunks) {
      return OptionalLong.empty();
    }
    try {
      return OptionalLong.of(Long.parseLong(length.strip()));
    } catch (NumberFormatException e) {
      // more digits than any body has bytes: all else was refused before
      return OptionalLong.of(Long.MAX_VALUE);
    }
  }

  /** The problem of a body of another length than the tree's. */
  public static Problem wrongLength(long expected, long found) {
    Refusal refusal = found > expected ? Refusal.TREE_TOO_LARGE : Refusal.TREE_WRONG;
    return new Problem(
        refusal, List.of("expected %d bytes of hashes, found %d".formatted(expected, found)));
  }

  private static TreeRequest refused(Refusal refusal, String detail) {
    return new TreeRequest.Refused(new Problem(refusal, List.of(detail)));
  }
}
