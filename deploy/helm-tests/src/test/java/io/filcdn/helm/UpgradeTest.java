package io.filcdn.helm;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * An upgrade from the last release: what Kubernetes lets nobody change is as it was, so that {@code
 * helm upgrade} is not refused and no volume is left behind. The fields of the last release lie in
 * this module's resources; RELEASING.md says when they are renewed.
 */
class UpgradeTest {

  private static final Path RELEASED = Path.of("src/test/resources/released.yaml");

  /** The fields that an object keeps for its life, by its kind. */
  private static final Map<String, List<String>> FIXED =
      Map.of(
          "Deployment", List.of("/spec/selector"),
          "StatefulSet",
              List.of(
                  "/spec/selector",
                  "/spec/serviceName",
                  "/spec/podManagementPolicy",
                  "/spec/volumeClaimTemplates"),
          "Service", List.of("/spec/clusterIP"),
          "PersistentVolumeClaim", List.of("/spec"));

  static List<Path> examples() {
    return Rendered.examples();
  }

  @ParameterizedTest
  @MethodSource("examples")
  void nothingChangesThatCannotBeChanged(Path values) {
    assertThat(differences(released(values), fixed(Rendered.of(values))))
        .as("what helm upgrade is refused, or leaves behind")
        .isEmpty();
  }

  @Test
  void anotherNameOfTheApplicationIsFound() {
    Path values = Rendered.example("calibration");
    Map<String, Object> named = new HashMap<>(Rendered.edgesOf("filcdn-x-retrieval", 2));
    named.put("nameOverride", "x");

    assertThat(differences(released(values), fixed(Rendered.of(values, named))))
        .anyMatch(difference -> difference.startsWith("gone: StatefulSet filcdn-retrieval"));
    assertThat(
            differences(
                released(values),
                fixed(Rendered.of(values, Map.of("retrieval.data.size", "30Gi")))))
        .anyMatch(
            difference ->
                difference.startsWith("StatefulSet filcdn-retrieval/spec/volumeClaimTemplates"));
  }

  /** Writes the file that a release leaves for the next. */
  @Test
  void fieldsOfThisVersionAreWritten() throws IOException {
    ObjectNode all = Rendered.YAML.createObjectNode();
    for (Path values : examples()) {
      ObjectNode one = all.putObject(name(values));
      fixed(Rendered.of(values)).forEach(one::set);
    }
    Path written = Path.of("target/released.yaml");
    Files.writeString(written, Rendered.YAML.writeValueAsString(all));

    assertThat(read(written).path("calibration").isEmpty()).isFalse();
  }

  private static List<String> differences(
      Map<String, JsonNode> before, Map<String, JsonNode> after) {
    List<String> all = new ArrayList<>();
    before.forEach(
        (field, value) -> {
          JsonNode now = after.get(field);
          if (now == null) {
            all.add("gone: " + field);
          } else if (!now.equals(value)) {
            all.add("%s was %s, is %s".formatted(field, value, now));
          }
        });
    return all;
  }

  /** The fields that are there, each as {@code Kind name/field}. */
  private static Map<String, JsonNode> fixed(Rendered chart) {
    Map<String, JsonNode> all = new TreeMap<>();
    for (JsonNode object : chart.objects()) {
      String kind = object.path("kind").asText();
      for (String field : FIXED.getOrDefault(kind, List.of())) {
        JsonNode value = object.at(field);
        if (!value.isMissingNode()) {
          all.put("%s %s%s".formatted(kind, Rendered.name(object), field), value);
        }
      }
    }
    return all;
  }

  private static Map<String, JsonNode> released(Path values) {
    Map<String, JsonNode> all = new TreeMap<>();
    read(RELEASED).path(name(values)).properties().forEach(e -> all.put(e.getKey(), e.getValue()));
    assertThat(all).as("fields of %s in %s", values, RELEASED).isNotEmpty();
    return all;
  }

  private static JsonNode read(Path file) {
    try {
      return Rendered.YAML.readTree(file.toFile());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String name(Path values) {
    return String.valueOf(values.getFileName()).replace(".yaml", "");
  }
}
