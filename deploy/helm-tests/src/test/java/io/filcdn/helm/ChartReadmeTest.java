package io.filcdn.helm;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The chart's README lists all values as values.yaml has them, with what it says of each. */
class ChartReadmeTest {

  private static final String HEADING = "## Values\n";
  private static final String COMMENT = "# -- ";
  private static final Pattern KEY = Pattern.compile("^( *)([\\w.-]+):(.*)$");

  /** A key of values.yaml, from the root to it. */
  private record Value(List<String> path, String meaning) {

    String name() {
      StringBuilder name = new StringBuilder();
      for (String key : path) {
        name.append(name.isEmpty() ? "" : ".");
        name.append(key.contains(".") ? '"' + key + '"' : key);
      }
      return name.toString();
    }

    JsonNode in(JsonNode values) {
      JsonNode node = values;
      for (String key : path) {
        node = node.path(key);
      }
      return node;
    }
  }

  @Test
  void readmeSaysWhatValuesSay() throws Exception {
    Path readme = Rendered.CHART.resolve("README.md");
    String text = Files.readString(readme);
    String right =
        text.substring(0, text.indexOf(HEADING))
            + HEADING
            + table(Rendered.CHART.resolve("values.yaml"));
    Path copy = Files.writeString(Path.of("target/README.md"), right);

    assertThat(text)
        .as("%s is not what values.yaml says: copy %s over it", readme, copy.toAbsolutePath())
        .isEqualTo(right);
  }

  private static String table(Path file) throws IOException {
    JsonNode values = Rendered.YAML.readTree(file.toFile());
    StringBuilder table = new StringBuilder("\n| value | default | meaning |\n|---|---|---|\n");
    for (Value value : values(Files.readAllLines(file))) {
      JsonNode node = value.in(values);
      boolean isGroup = node.isObject() && !node.isEmpty();
      if (!isGroup || !value.meaning().isEmpty()) {
        table.append(
            "| `%s` | %s | %s |\n"
                .formatted(value.name(), isGroup ? "" : "`" + node + "`", value.meaning()));
      }
    }
    return table.toString();
  }

  /** All keys in the order of the file. */
  private static List<Value> values(List<String> lines) {
    List<Value> values = new ArrayList<>();
    Deque<String> path = new ArrayDeque<>();
    String meaning = "";
    Iterator<String> rest = lines.iterator();
    while (rest.hasNext()) {
      String line = rest.next();
      Matcher key = KEY.matcher(line);
      if (line.strip().startsWith(COMMENT)) {
        meaning = line.strip().substring(COMMENT.length());
      } else if (key.matches() && !line.strip().startsWith("#")) {
        int depth = key.group(1).length() / 2;
        while (path.size() > depth) {
          path.removeLast();
        }
        path.addLast(key.group(2));
        values.add(new Value(List.copyOf(path), meaning));
        meaning = "";
      }
    }
    return values;
  }
}
