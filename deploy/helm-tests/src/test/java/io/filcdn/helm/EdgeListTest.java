package io.filcdn.helm;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.filcdn.metrics.identity.EdgeList;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The list of edges that the chart gives to metrics is one that metrics reads. */
class EdgeListTest {

  private static final Instant NOW = Instant.parse("2026-11-30T12:00:00Z");

  @ParameterizedTest
  @ValueSource(strings = {"calibration", "mainnet", "operators"})
  void everyEdgeThatCanBeThereIsInTheList(String example) throws Exception {
    Rendered chart = Rendered.of(Rendered.example(example));
    String list = list(chart);

    assertThat(Rendered.elements(Rendered.YAML.readTree(list)))
        .extracting(line -> line.path("edge").asText())
        .doesNotHaveDuplicates()
        .containsAll(edges(chart))
        .allMatch(edge -> edges(chart).contains(edge) || edge.startsWith("us1-"));
    assertThat(EdgeList.read(list).size(NOW)).isGreaterThanOrEqualTo(edges(chart).size());
  }

  @Test
  void edgesOfAnotherRegionAreInTheListOfTheOneWithMetrics() throws Exception {
    JsonNode list = Rendered.YAML.readTree(list(Rendered.of(Rendered.example("mainnet"))));

    assertThat(Rendered.elements(list).map(line -> line.path("edge").asText()))
        .containsAll(edges(Rendered.of(Rendered.example("edge-only"))));
  }

  @Test
  void keyThatIsRevokedOrOutOfTimeIsNotGood() {
    Path values = Rendered.example("calibration");

    assertThat(goodWith(values, "edges.list[0].revoked", "leaked")).isEqualTo(1);
    assertThat(goodWith(values, "edges.list[0].validUntil", "2026-11-30T12:00:00Z")).isEqualTo(1);
    assertThat(goodWith(values, "edges.list[0].validFrom", "2026-11-30T12:00:01Z")).isEqualTo(1);
    assertThat(goodWith(values, "edges.list[0].validUntil", "2026-11-30T12:00:01Z")).isEqualTo(2);
  }

  /** Only edges mount private keys; the list is mounted as a folder, so that it follows changes. */
  @Test
  void privateKeysAreMountedByEdgesAndTheListByMetrics() {
    Map<String, JsonNode> pods = Rendered.of(Rendered.example("mainnet")).pods();

    assertThat(pods)
        .allSatisfy(
            (name, pod) -> {
              assertThat(pod.findValuesAsText("secretName").contains("filcdn-edges"))
                  .as(name)
                  .isEqualTo(name.equals("filcdn-retrieval"));
              assertThat(
                      Rendered.elements(pod.path("volumes"))
                          .map(volume -> volume.at("/configMap/name").asText()))
                  .as(name)
                  .filteredOn("filcdn-edges"::equals)
                  .hasSize(name.equals("filcdn-metrics") ? 1 : 0);
            });
    JsonNode metrics = Objects.requireNonNull(pods.get("filcdn-metrics"));
    assertThat(Rendered.elements(metrics.at("/containers/0/volumeMounts")))
        .filteredOn(mount -> mount.path("name").asText().equals("edges"))
        .singleElement()
        .matches(mount -> !mount.has("subPath") && !mount.has("subPathExpr"));
  }

  @Test
  void changedListReplacesThePodsOfMetricsAndNoOthers() {
    Rendered old = Rendered.of(Rendered.example("calibration"));
    Rendered revoked =
        Rendered.of(Rendered.example("calibration"), Map.of("edges.list[0].revoked", "leaked"));

    assertThat(
            old.objects().stream()
                .filter(object -> !object.at("/spec/template").isMissingNode())
                .filter(
                    object ->
                        !object.equals(
                            revoked.one(object.path("kind").asText(), Rendered.name(object))))
                .map(Rendered::name))
        .containsExactly("filcdn-metrics");
  }

  private static long goodWith(Path values, String key, String value) {
    return EdgeList.read(list(Rendered.of(values, Map.of(key, value)))).size(NOW);
  }

  private static String list(Rendered chart) {
    return chart.one("ConfigMap", "filcdn-edges").at("/data/edges.json").asText();
  }

  /** Their names, as the edges themselves are told them. */
  private static List<String> edges(Rendered chart) {
    JsonNode set = chart.one("StatefulSet", "filcdn-retrieval");
    int count =
        chart
            .find("HorizontalPodAutoscaler", "filcdn-retrieval")
            .map(scaler -> scaler.at("/spec/maxReplicas").asInt())
            .orElse(set.at("/spec/replicas").asInt());
    String pattern =
        Rendered.elements(set.at("/spec/template/spec/containers/0/env"))
            .filter(variable -> variable.path("name").asText().equals("FILCDN_RETRIEVAL_EDGE"))
            .map(variable -> variable.path("value").asText())
            .collect(Collectors.joining());
    return IntStream.range(0, count)
        .mapToObj(i -> pattern.replace("$(POD_NAME)", Rendered.name(set) + "-" + i))
        .toList();
  }
}
