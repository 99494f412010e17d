package io.filcdn.acceptance;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.DoubleStream;

/** What docs/metrics.md says a service shows, and what it does show. */
record MetricsPage(Set<String> always, Set<String> everAtAll) {

  private static final Path PAGE = Path.of("../../docs/metrics.md");
  private static final Pattern ROW =
      Pattern.compile(
          "^\\| `(filcdn_\\w+)` \\| \\w+ \\|.*\\| (start|event) \\|", Pattern.MULTILINE);
  private static final Pattern TYPE = Pattern.compile("^# TYPE (filcdn_\\w+) ", Pattern.MULTILINE);
  private static final Pattern HELP = Pattern.compile("^# HELP (filcdn_\\w+) ", Pattern.MULTILINE);

  /** The page's section of a service. */
  static MetricsPage of(String service) throws IOException {
    String page = Files.readString(PAGE);
    int begin = page.indexOf("\n## " + service + "\n");
    String section = page.substring(begin, page.indexOf("\n## ", begin + 1));
    Set<String> always = new TreeSet<>();
    Set<String> all = new TreeSet<>();
    ROW.matcher(section)
        .results()
        .forEach(
            row -> {
              // Prometheus may show a counter's type without its ending
              String name = row.group(1).replaceFirst("_total$", "");
              all.add(name);
              if (row.group(2).equals("start")) {
                always.add(name);
              }
            });
    return new MetricsPage(always, all);
  }

  /** The names that a service shows now; the greatest value of a timer is one with the timer. */
  static Set<String> shown(URI management) {
    return names(TYPE, management);
  }

  /** The names that a service describes. */
  static Set<String> described(URI management) {
    return names(HELP, management);
  }

  private static Set<String> names(Pattern line, URI management) {
    return line.matcher(text(management))
        .results()
        .map((MatchResult found) -> found.group(1).replaceFirst("_(max|total)$", ""))
        .collect(Collectors.toCollection(TreeSet::new));
  }

  /** The sum of a service's values of {@code name} whose labels contain {@code label}. */
  static double sum(URI management, String name, String label) {
    return values(management, name, label).sum();
  }

  /** The sum of a service's values of {@code name}, where it shows any. */
  static OptionalDouble find(URI management, String name) {
    return values(management, name, "").reduce(Double::sum);
  }

  private static DoubleStream values(URI management, String name, String label) {
    return text(management)
        .lines()
        .filter(line -> line.startsWith(name + "{") || line.startsWith(name + " "))
        .filter(line -> line.contains(label))
        .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' '))));
  }

  private static String text(URI management) {
    try (InputStream metrics = management.resolve("/q/metrics").toURL().openStream()) {
      return new String(metrics.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
