package io.filcdn.simulation;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** A table of results for people, and the same for machines. */
final class Results {

  private final String name;
  private final ObjectNode json;
  private final List<String> lines = new ArrayList<>();

  Results(String name, ObjectNode json) {
    this.name = name;
    this.json = json;
  }

  /** Adds a number, as it is for machines. */
  Results put(String key, String words, long value) {
    json.put(key, Long.toString(value));
    lines.add(String.format(Locale.ROOT, "  %-66s %,22d", words, value));
    return this;
  }

  /** Adds a number with a fraction. */
  Results put(String key, String words, double value) {
    json.put(key, Math.round(value * 10_000) / 10_000.0);
    lines.add(String.format(Locale.ROOT, "  %-66s %,22.3f", words, value));
    return this;
  }

  /** Prints it, and writes {@code NAME.json} into a folder. */
  void write(Path folder) {
    System.out.println(name);
    lines.forEach(System.out::println);
    try {
      Files.createDirectories(folder);
      Files.writeString(folder.resolve(name + ".json"), json.toPrettyString() + "\n");
    } catch (IOException e) {
      throw new UncheckedIOException("cannot write to " + folder, e);
    }
  }
}
