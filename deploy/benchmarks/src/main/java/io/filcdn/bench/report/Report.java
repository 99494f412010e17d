package io.filcdn.bench.report;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;

/**
 * The findings of a benchmark.
 *
 * @param notes what a reader must know to judge the numbers, a line each
 */
public record Report(String name, List<Case> cases, List<String> notes) {

  /** The table that a person reads. */
  public String table() {
    int width = cases.stream().mapToInt(c -> c.name().length()).max().orElse(0);
    String line = "%-" + Math.max(4, width) + "s  %12s  %12s  %-8s  %6s%n";
    StringBuilder table = new StringBuilder();
    table.append(String.format(Locale.ROOT, line, "case", "filcdn", "reference", "unit", "ratio"));
    for (Case one : cases) {
      table.append(
          String.format(
              Locale.ROOT,
              line,
              one.name(),
              number(one.value()),
              number(one.reference()),
              one.unit(),
              String.format(Locale.ROOT, "%.2f", one.ratio())));
    }
    notes.forEach(note -> table.append(note).append('\n'));
    return table.toString();
  }

  private static String number(double value) {
    return String.format(Locale.ROOT, value >= 1_000 ? "%,.0f" : "%.2f", value);
  }

  /**
   * Writes {@code NAME.json} into {@code folder}.
   *
   * @return the file
   */
  public Path write(Path folder) {
    ObjectNode json = JsonMapper.builder().build().createObjectNode().put("name", name);
    ArrayNode list = json.putArray("cases");
    for (Case one : cases) {
      list.addObject()
          .put("case", one.name())
          .put("value", one.value())
          .put("unit", one.unit())
          .put("reference", one.reference())
          .put("ratio", one.ratio());
    }
    notes.forEach(json.putArray("notes")::add);
    Path file = folder.resolve(name + ".json");
    try {
      Files.createDirectories(folder);
      return Files.writeString(file, json.toPrettyString() + "\n");
    } catch (IOException e) {
      throw new UncheckedIOException("cannot write " + file, e);
    }
  }
}
