package io.filcdn.retrieval.request;

import io.vertx.core.http.HttpServerRequest;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * A range of a piece that a proof is asked for, as {@code ?first=&last=&group=}.
 *
 * @param first the first byte, from 0
 * @param last the last byte, at least {@code first}; any behind the piece's end stands for that
 * @param groupLog2 the binary logarithm of the padded bytes of the groups; empty for those of the
 *     piece's tree
 */
public record ProofQuery(long first, long last, OptionalInt groupLog2) {

  private static final int MAX_DIGITS = 18;

  /** Reads the query; empty where it is malformed. */
  static Optional<ProofQuery> read(HttpServerRequest request) {
    try {
      long first = number(request, "first", 0);
      long last = number(request, "last", Long.MAX_VALUE);
      int group = Math.toIntExact(number(request, "group", 0));
      boolean given = request.params().contains("group");
      return last < first
          ? Optional.empty()
          : Optional.of(
              new ProofQuery(first, last, given ? OptionalInt.of(group) : OptionalInt.empty()));
    } catch (IllegalArgumentException | ArithmeticException e) {
      return Optional.empty();
    }
  }

  private static long number(HttpServerRequest request, String name, long otherwise) {
    List<String> values = request.params().getAll(name);
    if (values.isEmpty()) {
      return otherwise;
    }
    String text = values.getFirst();
    boolean isNumber = text.chars().allMatch(c -> c >= '0' && c <= '9');
    if (values.size() > 1 || !isNumber || text.length() > MAX_DIGITS) {
      throw new IllegalArgumentException("expected one number, found " + values);
    }
    return Long.parseLong(text);
  }
}
