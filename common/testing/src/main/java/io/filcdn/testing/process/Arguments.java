package io.filcdn.testing.process;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The words after a sub-command: options with values, options without, and operands.
 *
 * @param values of the options that have one, by their names
 * @param flags the options without a value that were given
 * @param operands the other words
 */
public record Arguments(Map<String, String> values, Set<String> flags, List<String> operands) {

  public Arguments {
    values = Map.copyOf(values);
    flags = Set.copyOf(flags);
    operands = List.copyOf(operands);
  }

  /**
   * Reads {@code --name value}, {@code --name=value} and {@code --name}; after {@code --} come
   * operands only.
   *
   * @param command the sub-command, for messages
   * @param withValue names of options that have a value
   * @param without names of options that have none
   * @throws StackFailure at an option that is not known, or lacks its value
   */
  public static Arguments read(
      String command, List<String> words, Set<String> withValue, Set<String> without) {
    Map<String, String> values = new HashMap<>();
    Set<String> flags = new HashSet<>();
    List<String> operands = new ArrayList<>();
    for (int i = 0; i < words.size(); i++) {
      String word = words.get(i);
      int equals = word.indexOf('=');
      String name = equals < 0 ? word : word.substring(0, equals);
      if (word.equals("--")) {
        operands.addAll(words.subList(i + 1, words.size()));
        break;
      } else if (!word.startsWith("--")) {
        operands.add(word);
      } else if (without.contains(word)) {
        flags.add(word);
      } else if (withValue.contains(name) && equals > 0) {
        values.put(name, word.substring(equals + 1));
      } else if (withValue.contains(name) && i + 1 < words.size()) {
        values.put(name, words.get(++i));
      } else {
        throw new StackFailure(
            "%s: %s; ./filcdn %s --help lists the options"
                .formatted(
                    command,
                    withValue.contains(name)
                        ? "expected a value after " + name
                        : "expected a known option, found " + word,
                    command));
      }
    }
    return new Arguments(values, flags, operands);
  }

  public Optional<String> value(String name) {
    return Optional.ofNullable(values.get(name));
  }

  public boolean has(String flag) {
    return flags.contains(flag);
  }
}
