package io.filcdn.helm;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Alerts and dashboards ask for metrics that exist, and each alert is explained. */
class MonitoringTest {

  private static final Path DOCS = Path.of("../../docs");
  private static final Pattern DOCUMENTED =
      Pattern.compile("^\\| `([a-z_]+)` \\| (\\w+) \\|", Pattern.MULTILINE);

  private static final Pattern DESCRIBED =
      Pattern.compile(
          "^\\| `(filcdn_\\w+)` \\|.*\\| (?:start|event) \\| (.*) \\|$", Pattern.MULTILINE);

  /** What is in braces or quotes, ranges, and what grouping names: no metric is in there. */
  private static final Pattern NO_METRIC =
      Pattern.compile("\\{[^}]*}|\"[^\"]*\"|\\[[^]]*]|\\b(?:by|without)\\s*\\([^)]*\\)");

  /** A name that no parenthesis follows: with one, it is a function. */
  private static final Pattern NAME = Pattern.compile("\\b([a-z][a-z_]+)\\b(?!\\s*\\()");

  private static final Set<String> OPERATORS = Set.of("and", "or", "unless", "offset", "bool");

  private final Rendered chart = Rendered.of(Rendered.example("mainnet"));

  @Test
  void alertsUseOnlyDocumentedMetrics() throws Exception {
    Set<String> series = documentedSeries();

    assertThat(alerts()).hasSizeGreaterThan(20);
    assertThat(alerts())
        .allSatisfy(
            alert ->
                assertThat(metrics(alert.path("expr").asText()))
                    .as(alert.path("alert").asText())
                    .isNotEmpty()
                    .isSubsetOf(series));
  }

  @Test
  void dashboardsUseOnlyDocumentedMetrics() throws Exception {
    Set<String> series = documentedSeries();
    List<JsonNode> dashboards = dashboards();

    assertThat(dashboards)
        .extracting(dashboard -> dashboard.path("uid").asText())
        .containsExactlyInAnyOrder(
            "filcdn-edge",
            "filcdn-traffic",
            "filcdn-pipeline",
            "filcdn-settlement",
            "filcdn-indexer");
    for (JsonNode dashboard : dashboards) {
      for (String expression : dashboard.path("panels").findValuesAsText("expr")) {
        assertThat(metrics(expression)).as(expression).isNotEmpty().isSubsetOf(series);
      }
    }
  }

  @Test
  void dashboardsTellOfEachPanelAndOfOneClusterOrAll() throws Exception {
    for (JsonNode dashboard : dashboards()) {
      assertThat(dashboard.path("panels")).allSatisfy(MonitoringTest::tellsOfOneCluster);
      assertThat(dashboard.at("/templating/list").findValuesAsText("name"))
          .contains("datasource", "cluster", "namespace");
      assertThat(dashboard.at("/links/0/url").asText()).endsWith("operations.md");
    }
  }

  private static void tellsOfOneCluster(JsonNode panel) {
    assertThat(panel.path("description").asText()).as(panel.path("title").asText()).isNotBlank();
    assertThat(panel.findValuesAsText("expr"))
        .isNotEmpty()
        .allMatch(expression -> expression.contains("cluster=~\"$cluster\""));
  }

  @Test
  void metricThatIsNotThereIsFound() throws Exception {
    assertThat(metrics("sum by (le) (rate(filcdn_made_up_total{a=\"b\"}[5m])) > 3 or up == 0"))
        .containsExactlyInAnyOrder("filcdn_made_up_total", "up");
    assertThat(documentedSeries())
        .contains("filcdn_first_byte_seconds_bucket", "filcdn_requests")
        .doesNotContain("filcdn_made_up_total", "filcdn_requests_count");
  }

  @Test
  void servicesDescribeTheirMetricsAsThePageDoes() throws Exception {
    String page = Files.readString(DOCS.resolve("metrics.md"));

    for (String service : List.of("retrieval", "indexer", "metrics", "settlement")) {
      Map<String, String> documented = new TreeMap<>();
      int begin = page.indexOf("\n## " + service + "\n");
      DESCRIBED
          .matcher(page.substring(begin, page.indexOf("\n## ", begin + 1)))
          .results()
          .forEach(row -> documented.put(row.group(1), row.group(2).replace("`", "")));
      Map<String, String> described = descriptions("common/service");
      described.keySet().retainAll(documented.keySet());
      described.putAll(descriptions(service + "-service"));

      assertThat(described).as("what %s says of its metrics", service).isEqualTo(documented);
    }
  }

  /** The descriptions that a module has of its metrics. */
  private static Map<String, String> descriptions(String module) throws IOException {
    Properties file = new Properties();
    try (Reader text =
        Files.newBufferedReader(
            Path.of("../..", module, "src/main/resources/META-INF/filcdn-metrics.properties"))) {
      file.load(text);
    }
    return file.stringPropertyNames().stream()
        .collect(Collectors.toMap(Function.identity(), file::getProperty));
  }

  @Test
  void eachAlertHasItsEntryInTheRunbook() throws Exception {
    String runbook = Files.readString(DOCS.resolve("operations.md"));

    assertThat(alerts())
        .allSatisfy(
            alert -> {
              String name = alert.path("alert").asText();
              assertThat(runbook).contains("\n### " + name + "\n");
              assertThat(alert.at("/annotations/runbook_url").asText())
                  .endsWith("#" + name.toLowerCase(Locale.ROOT));
              assertThat(alert.at("/labels/severity").asText()).isIn("critical", "warning");
            });
    assertThat(
            alerts().stream()
                .map(
                    alert ->
                        alert.path("alert").asText() + " " + alert.at("/labels/service").asText()))
        .doesNotHaveDuplicates();
  }

  @Test
  void alertsOfOneReleaseLookAtItsOwnNamespace() {
    assertThat(alerts())
        .allSatisfy(
            alert ->
                assertThat(alert.path("expr").asText())
                    .contains("namespace=\"cdn\"")
                    .doesNotContain("RELEASE", "COMPONENT", "REPLICAS"));
  }

  private List<JsonNode> alerts() {
    return chart
        .kind("PrometheusRule")
        .flatMap(rules -> Rendered.elements(rules.at("/spec/groups")))
        .flatMap(group -> Rendered.elements(group.path("rules")))
        .toList();
  }

  private List<JsonNode> dashboards() throws IOException {
    List<String> files =
        chart
            .kind("ConfigMap")
            .filter(map -> Rendered.name(map).contains("-dashboard-"))
            .flatMap(map -> Rendered.elements(map.path("data")))
            .map(JsonNode::asText)
            .toList();
    List<JsonNode> parsed = new ArrayList<>();
    for (String file : files) {
      parsed.add(Rendered.YAML.readTree(file));
    }
    return parsed;
  }

  private static Set<String> metrics(String expression) {
    return NAME.matcher(NO_METRIC.matcher(expression).replaceAll(" "))
        .results()
        .map(MatchResult::group)
        .filter(name -> !OPERATORS.contains(name))
        .collect(Collectors.toSet());
  }

  /** The names under which Prometheus stores what docs/metrics.md lists. */
  private static Set<String> documentedSeries() throws IOException {
    Set<String> series = new TreeSet<>();
    DOCUMENTED
        .matcher(Files.readString(DOCS.resolve("metrics.md")))
        .results()
        .forEach(row -> series(row.group(1), row.group(2)).forEach(series::add));
    return series;
  }

  private static Stream<String> series(String name, String kind) {
    return switch (kind) {
      case "timer" -> Stream.of("_count", "_sum", "_max", "_bucket").map(name::concat);
      case "summary" -> Stream.of("_count", "_sum", "_max").map(name::concat);
      default -> Stream.of(name);
    };
  }
}
