package io.filcdn.bench.run;

import java.util.ArrayList;
import java.util.List;

/** Two cores: one that serves, and one that asks. */
public final class Cores {

  private Cores() {}

  /** The command, confined to the core that is measured. */
  public static List<String> measured(List<String> command) {
    return pinned("0", command);
  }

  /** The command, confined to the core that is not. */
  public static List<String> other(List<String> command) {
    return pinned("1", command);
  }

  /** The command, on both. */
  public static List<String> both(List<String> command) {
    return pinned("0,1", command);
  }

  private static List<String> pinned(String cores, List<String> command) {
    List<String> pinned = new ArrayList<>(List.of("taskset", "-c", cores));
    pinned.addAll(command);
    return pinned;
  }
}
