package io.filcdn.retrieval.refusal;

import java.util.List;
import java.util.Optional;

/**
 * The reason that a request gets no piece, with what helps to understand it.
 *
 * @param refusal the reason
 * @param details lines for a person: who failed and how, what remains, what to do
 * @param limit what was taken too much of, where a program can act on it
 */
public record Problem(Refusal refusal, List<String> details, Optional<RateLimit> limit) {

  public Problem(Refusal refusal, List<String> details) {
    this(refusal, details, Optional.empty());
  }

  public static Problem of(Refusal refusal) {
    return new Problem(refusal, List.of());
  }
}
