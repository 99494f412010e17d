package io.filcdn.bench.retrieval;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;

/**
 * Rounds in which contenders take turns. Many and short: on a shared machine a server is at times
 * slower by half for some seconds, which are to meet all servers.
 *
 * @param rounds the runs of each round, in the order of the contenders
 */
record Turns(List<List<Load>> rounds) {

  /** Takes the rounds from either end in turns, so that nobody always comes after the same one. */
  static Turns take(List<Contender> contenders, int rounds, Function<Contender, Load> run) {
    List<List<Load>> taken = new ArrayList<>();
    for (int round = 0; round < rounds; round++) {
      boolean backwards = round % 2 == 1;
      List<Contender> turns = backwards ? contenders.reversed() : contenders;
      List<Load> runs = turns.stream().map(run).toList();
      taken.add(backwards ? runs.reversed() : runs);
    }
    return new Turns(taken);
  }

  /** The mean of one contender. */
  double mean(int contender, ToDoubleFunction<Load> value) {
    return rounds.stream()
        .mapToDouble(round -> value.applyAsDouble(round.get(contender)))
        .average()
        .orElseThrow();
  }
}
