package io.filcdn.helm;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MappingIterator;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import com.marcnuri.helm.Helm;
import com.marcnuri.helm.TemplateCommand;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/** What the chart renders with some values: objects of Kubernetes. */
record Rendered(List<JsonNode> objects) {

  /** From the module's folder, where its tests run. */
  static final Path CHART = Path.of("../helm/filcdn");

  /** The chart with its hooks as ordinary objects: the library leaves hooks out. */
  private static final Path WITH_HOOKS = withHooks(Path.of("target/chart"));

  /** The name by which docs/operations.md installs it, and by which the examples name edges. */
  private static final String RELEASE = "filcdn";

  static final YAMLMapper YAML = new YAMLMapper();

  /** The chart's values files, each one way to use it. */
  static List<Path> examples() {
    try (Stream<Path> files = Files.list(CHART.resolve("examples"))) {
      return files.sorted().toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static Path example(String name) {
    return CHART.resolve("examples").resolve(name + ".yaml");
  }

  static Rendered of(Path values) {
    return of(values, Map.of());
  }

  /**
   * With some values set besides.
   *
   * @throws IllegalStateException with Helm's message, where it refuses the values
   */
  static Rendered of(Path values, Map<String, Object> set) {
    return release(RELEASE, values, set);
  }

  /** Values by which the list of edges has those of a StatefulSet. */
  static Map<String, Object> edgesOf(String statefulSet, int count) {
    return IntStream.range(0, count)
        .boxed()
        .collect(Collectors.toMap("edges.list[%d].edge"::formatted, i -> statefulSet + "-" + i));
  }

  /** As a release of another name. */
  static Rendered release(String name, Path values, Map<String, Object> set) {
    TemplateCommand command =
        new Helm(WITH_HOOKS)
            .template()
            .withName(name)
            .withNamespace("cdn")
            .withKubeVersion("1.30.0")
            .withValuesFile(values);
    set.forEach(command::set);
    return new Rendered(parse(command.call()));
  }

  /** A copy of the chart with other defaults: lint takes no values. */
  static Path withDefaults(Path copy, Path values) throws IOException {
    copied(copy, text -> text);
    JsonNode merged =
        YAML.readerForUpdating(YAML.readTree(CHART.resolve("values.yaml").toFile()))
            .readValue(values.toFile());
    Files.writeString(copy.resolve("values.yaml"), YAML.writeValueAsString(merged));
    return copy;
  }

  private static Path withHooks(Path copy) {
    return copied(copy, text -> text.replace("helm.sh/hook", "rendered.helm.sh/hook"));
  }

  private static Path copied(Path copy, UnaryOperator<String> change) {
    try (Stream<Path> files = Files.walk(CHART)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        Path target = copy.resolve(CHART.relativize(file));
        Files.createDirectories(Objects.requireNonNull(target.getParent()));
        Files.writeString(target, change.apply(Files.readString(file)));
      }
      return copy;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static List<JsonNode> parse(String yaml) {
    try (MappingIterator<JsonNode> documents = YAML.readerFor(JsonNode.class).readValues(yaml)) {
      return documents.readAll().stream().filter(node -> !node.isNull()).toList();
    } catch (IOException e) {
      throw new UncheckedIOException("expected YAML, found\n" + yaml, e);
    }
  }

  Stream<JsonNode> kind(String kind) {
    return objects.stream().filter(object -> object.path("kind").asText().equals(kind));
  }

  JsonNode one(String kind, String name) {
    return find(kind, name)
        .orElseThrow(
            () -> new AssertionError("expected a %s named %s, found none".formatted(kind, name)));
  }

  Optional<JsonNode> find(String kind, String name) {
    return kind(kind).filter(named(name)).findFirst();
  }

  /** The specs of all pods, by the object that makes them. */
  Map<String, JsonNode> pods() {
    return objects.stream()
        .filter(object -> !podSpec(object).isMissingNode())
        .collect(Collectors.toMap(Rendered::name, Rendered::podSpec));
  }

  /** The containers of all pods. */
  Stream<JsonNode> containers() {
    return pods().values().stream().flatMap(pod -> elements(pod.path("containers")));
  }

  static Stream<JsonNode> elements(JsonNode array) {
    return StreamSupport.stream(array.spliterator(), false);
  }

  static String name(JsonNode object) {
    return object.at("/metadata/name").asText();
  }

  private static JsonNode podSpec(JsonNode object) {
    return object.path("kind").asText().equals("Pod")
        ? object.path("spec")
        : object.at("/spec/template/spec");
  }

  private static Predicate<JsonNode> named(String name) {
    return object -> Objects.equals(name(object), name);
  }
}
