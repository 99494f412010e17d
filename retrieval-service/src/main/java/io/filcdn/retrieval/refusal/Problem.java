package io.filcdn.retrieval.refusal;

import java.util.List;

/**
 * The reason that a request gets no piece, with what helps to understand it.
 *
 * @param refusal the reason
 * @param details lines for a person: who failed and how, what remains, what to do
 */
public record Problem(Refusal refusal, List<String> details) {

  public static Problem of(Refusal refusal) {
    return new Problem(refusal, List.of());
  }
}
