package io.filcdn.testing.bench;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;

/**
 * The results of a benchmark: a line a case on the screen, and {@code target/bench/NAME.json} of
 * the checkout. A case that is held against a bar has a ratio, above 1 where it is better than the
 * bar.
 */
public final class BenchReport {

  private static final Path FOLDER = Path.of("..", "target", "bench");

  private final String name;
  private final ObjectNode json = JsonMapper.builder().build().createObjectNode();
  private final ArrayNode cases;
  private final ArrayNode notes;

  /**
   * @param name as in {@code ./filcdn bench NAME}
   */
  public BenchReport(String name) {
    this.name = name;
    json.put("name", name);
    this.cases = json.putArray("cases");
    this.notes = json.putArray("notes");
  }

  /** Tells a value that no bar is set for. */
  public BenchReport value(String what, double value, String unit) {
    add(what, value, unit);
    return this;
  }

  /** Tells a value of which {@code bar} or more is wanted. */
  public BenchReport atLeast(double bar, String what, double value, String unit) {
    add(what, value, unit).put("reference", bar).put("ratio", value / bar);
    return this;
  }

  /** Tells a value of which {@code bar} or less is wanted. */
  public BenchReport atMost(double bar, String what, double value, String unit) {
    add(what, value, unit).put("reference", bar).put("ratio", bar / value);
    return this;
  }

  /** Tells under which conditions all this was measured. */
  public BenchReport note(String note) {
    notes.add(note);
    return this;
  }

  /** Writes the file, which takes the place of an earlier run's. */
  public void write() throws IOException {
    Files.createDirectories(FOLDER);
    Files.writeString(FOLDER.resolve(name + ".json"), json.toPrettyString() + "\n");
  }

  private ObjectNode add(String what, double value, String unit) {
    System.out.printf(Locale.ROOT, "BENCH %-44s %,16.2f %s%n", what, value, unit);
    return cases.addObject().put("case", what).put("value", value).put("unit", unit);
  }
}
