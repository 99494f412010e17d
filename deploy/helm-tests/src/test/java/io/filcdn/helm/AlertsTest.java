package io.filcdn.helm;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Each alert fires for what it is about and stays quiet next to it: alerts.yaml has the cases, and
 * Prometheus' own promtool, which has to be installed, reckons them.
 */
class AlertsTest {

  private static final Path CASES = Path.of("src/test/resources/alerts.yaml");
  private static final String RELEASE = "namespace=\"cdn\"";

  @TempDir Path folder;

  @Test
  void everyAlertHasACase() throws Exception {
    assertThat(cases().map(each -> each.path("alert").asText()).distinct().toList())
        .containsExactlyInAnyOrderElementsOf(
            new TreeSet<>(
                rules(Rendered.of(Rendered.example("mainnet")))
                    .map(rule -> rule.path("alert").asText())
                    .toList()));
    assertThat(cases()).allMatch(each -> !each.path("quiet").isEmpty());
  }

  @Test
  void eachAlertFiresForItsCaseAndIsQuietNextToIt() throws Exception {
    ArrayNode tests = Rendered.YAML.createArrayNode();
    for (JsonNode each : cases().toList()) {
      tests.add(test(each, each.path("fires"), 1));
      tests.add(test(each, each.path("quiet"), 0));
    }

    assertThat(promtool(Rendered.of(Rendered.example("mainnet")), tests)).isEmpty();
  }

  /** The figures of one release concern no other, however bad they are. */
  @Test
  void noAlertFiresForAnotherRelease() throws Exception {
    ArrayNode tests = Rendered.YAML.createArrayNode();
    for (JsonNode each : cases().filter(AlertsTest::isAboutWhatIsThere).toList()) {
      JsonNode others =
          Rendered.YAML.readTree(each.path("fires").toString().replace("RELEASE", "OTHER"));
      tests.add(test(each, others, 0));
    }

    assertThat(promtool(Rendered.of(Rendered.example("mainnet")), tests)).isEmpty();
  }

  @Test
  void releaseOfEdgesAloneHasAlertsOfEdgesAlone() throws Exception {
    Rendered edges = Rendered.of(Rendered.example("edge-only"), Map.of("monitoring.rules", true));

    assertThat(rules(edges).map(rule -> rule.at("/labels/service").asText()))
        .isNotEmpty()
        .containsOnly("retrieval");
    ObjectNode healthy = Rendered.YAML.createObjectNode();
    for (String pod : List.of("edge-0", "edge-1")) {
      healthy.put("up{RELEASE, service=\"retrieval\", pod=\"%s\"}".formatted(pod), "1x180");
    }
    assertThat(promtool(edges, Rendered.YAML.createArrayNode().add(test("", healthy, 0))))
        .isEmpty();
  }

  @Test
  void serviceThatIsToHaveNoProcessesIsNotMissed() throws Exception {
    Rendered none =
        Rendered.of(
            Rendered.example("edge-only"),
            Map.of("monitoring.rules", true, "retrieval.replicas", 0));

    ArrayNode tests = Rendered.YAML.createArrayNode();
    tests.add(test("", Rendered.YAML.createObjectNode(), 0));
    assertThat(promtool(none, tests)).isEmpty();
  }

  /** Alerts about absence fire for a release that another one's series say nothing about. */
  private static boolean isAboutWhatIsThere(JsonNode each) {
    return !List.of("FilcdnServiceAbsent", "FilcdnNobodySettles")
        .contains(each.path("alert").asText());
  }

  private static Stream<JsonNode> cases() throws IOException {
    return Rendered.elements(Rendered.YAML.readTree(CASES.toFile()));
  }

  private static Stream<JsonNode> rules(Rendered chart) {
    return chart
        .kind("PrometheusRule")
        .flatMap(rules -> Rendered.elements(rules.at("/spec/groups")))
        .flatMap(group -> Rendered.elements(group.path("rules")));
  }

  private static ObjectNode test(JsonNode each, JsonNode series, int firing) {
    String service =
        each.has("service") ? ", service=\"%s\"".formatted(each.path("service").asText()) : "";
    return test(
        ", alertname=\"%s\"%s".formatted(each.path("alert").asText(), service), series, firing);
  }

  /** Three hours of these series, after which some alert fires or, for 0, none does. */
  private static ObjectNode test(String alerts, JsonNode series, int firing) {
    ObjectNode test = Rendered.YAML.createObjectNode().put("interval", "1m");
    ArrayNode input = test.putArray("input_series");
    series
        .properties()
        .forEach(
            each ->
                input
                    .addObject()
                    .put(
                        "series",
                        each.getKey()
                            .replace("RELEASE", RELEASE)
                            .replace("OTHER", "namespace=\"other\""))
                    .put("values", each.getValue().asText()));
    ObjectNode expression = test.putArray("promql_expr_test").addObject();
    expression
        .put("expr", "count(ALERTS{alertstate=\"firing\"%s}) > bool 0".formatted(alerts))
        .put("eval_time", "3h");
    ArrayNode samples = expression.putArray("exp_samples");
    if (firing > 0) {
      samples.addObject().put("labels", "{}").put("value", firing);
    }
    return test;
  }

  /** What promtool finds wrong with a chart's rules by these tests; nothing where all is right. */
  private String promtool(Rendered chart, JsonNode tests) throws Exception {
    JsonNode spec = chart.kind("PrometheusRule").findFirst().orElseThrow().path("spec");
    Files.writeString(folder.resolve("rules.yaml"), Rendered.YAML.writeValueAsString(spec));
    ObjectNode file = Rendered.YAML.createObjectNode().put("evaluation_interval", "5m");
    file.putArray("rule_files").add("rules.yaml");
    file.set("tests", tests);
    Path log = folder.resolve("log");
    Files.writeString(folder.resolve("tests.yaml"), Rendered.YAML.writeValueAsString(file));
    Process process =
        new ProcessBuilder("promtool", "test", "rules", "tests.yaml")
            .directory(folder.toFile())
            .redirectErrorStream(true)
            .redirectOutput(log.toFile())
            .start();
    assertThat(process.waitFor(5, TimeUnit.MINUTES)).isTrue();
    return process.exitValue() == 0 ? "" : Files.readString(log, StandardCharsets.UTF_8);
  }
}
