package io.filcdn.chain.rpc;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/**
 * The nodes of one chain in the order of the network file. A question goes to one node as a whole,
 * and starts anew at the next one where that fails: answers of two nodes, which may follow two
 * forks, are never mixed.
 *
 * @param <N> a node
 * @param <F> how a node fails; anything else that is thrown ends the question
 */
public final class Failover<N, F extends RuntimeException> {

  private final List<N> nodes;
  private final Class<F> failure;
  private final Function<List<F>, F> allFailed;

  /**
   * @param allFailed the one failure that many come to, in the order they came; none where there
   *     are no nodes
   */
  public Failover(List<N> nodes, Class<F> failure, Function<List<F>, F> allFailed) {
    this.nodes = List.copyOf(nodes);
    this.failure = failure;
    this.allFailed = allFailed;
  }

  /**
   * Asks nodes until one answers, each once at most.
   *
   * @param first the index of the node that is asked first
   */
  public <T> T ask(int first, Function<N, T> question) {
    List<F> failures = new ArrayList<>();
    for (int tried = 0; tried < nodes.size(); tried++) {
      try {
        return question.apply(nodes.get((first + tried) % nodes.size()));
      } catch (RuntimeException e) {
        if (!failure.isInstance(e)) {
          throw e;
        }
        failures.add(failure.cast(e));
      }
    }
    throw allFailed.apply(failures);
  }
}
