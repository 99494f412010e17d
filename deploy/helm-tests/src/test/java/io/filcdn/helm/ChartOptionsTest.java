package io.filcdn.helm;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What an operator may choose of a release's names, pods, images and Service. */
class ChartOptionsTest {

  private static final KubernetesSchemas SCHEMAS = new KubernetesSchemas();
  private static final Path CALIBRATION = Rendered.example("calibration");

  /** Of a Secret with a file, and a variable that names it. */
  private static final String POD_OPTIONS =
      """
      affinity:
        nodeAffinity:
          requiredDuringSchedulingIgnoredDuringExecution:
            nodeSelectorTerms: [{matchExpressions: [{key: pool, operator: In, values: [cdn]}]}]
      priorityClassName: cdn
      serviceAccountName: filcdn
      extraEnv: [{name: FILCDN_FILE, value: /files/file}]
      extraVolumes: [{name: files, secret: {secretName: filcdn-file}}]
      extraVolumeMounts: [{name: files, mountPath: /files, readOnly: true}]
      """;

  @TempDir Path folder;

  @ParameterizedTest
  @CsvSource({
    "a.release, a-release-filcdn",
    "release-with-a-name-of-all-the-fifty-three-characters,"
        + " release-with-a-name-of-all-the-fifty-three"
  })
  void namesHaveNoDotsAndFitLabels(String release, String cut) {
    Rendered chart =
        Rendered.release(
            release,
            Rendered.example("mainnet"),
            Rendered.edgesOf("eu1-%s-retrieval".formatted(cut), 6));

    assertThat(chart.objects().stream().map(Rendered::name))
        .allMatch(name -> name.matches("[a-z]([-a-z0-9]*[a-z0-9])?"))
        .allMatch(name -> name.length() <= 63);
    assertThat(chart.kind("StatefulSet").map(Rendered::name))
        .allMatch(name -> (name + "-0123456789").length() <= 63, "fits its revisions' hash");
  }

  /** Values with the two edges of calibration under their name. */
  private static Map<String, Object> named(String statefulSet, Map<String, Object> more) {
    Map<String, Object> all = new HashMap<>(Rendered.edgesOf(statefulSet, 2));
    all.putAll(more);
    return all;
  }

  @Test
  void overridesNameObjectsAndLabels() {
    Rendered chart =
        Rendered.of(
            CALIBRATION,
            named("eu-retrieval", Map.of("nameOverride", "edges", "fullnameOverride", "eu")));

    assertThat(chart.objects().stream().map(Rendered::name)).allMatch(n -> n.startsWith("eu"));
    assertThat(chart.objects().stream().map(o -> o.at("/metadata/labels/app.kubernetes.io~1name")))
        .allMatch(label -> label.asText().equals("edges"));
    assertThat(chart.one("NetworkPolicy", "eu").at("/spec/podSelector/matchLabels"))
        .isEqualTo(
            Rendered.YAML.valueToTree(
                Map.of("app.kubernetes.io/name", "edges", "app.kubernetes.io/instance", "filcdn")));
    assertThat(
            Rendered.of(
                    CALIBRATION, named("filcdn-other-retrieval", Map.of("nameOverride", "other")))
                .pods())
        .containsKey("filcdn-other-retrieval");
  }

  @ParameterizedTest
  @ValueSource(strings = {"indexer", "retrieval", "metrics", "settlement"})
  void podsTakeWhatTheOperatorAdds(String component) throws Exception {
    JsonNode pod = with(component, POD_OPTIONS).pods().get("filcdn-" + component);

    assertThat(pod).isNotNull();
    assertThat(pod.at("/affinity/nodeAffinity").isEmpty()).isFalse();
    assertThat(pod.path("priorityClassName").asText()).isEqualTo("cdn");
    assertThat(pod.path("serviceAccountName").asText()).isEqualTo("filcdn");
    assertThat(pod.path("automountServiceAccountToken").asBoolean(true)).isFalse();
    assertThat(pod.at("/containers/0/env").toString()).contains("\"FILCDN_FILE\"");
    assertThat(pod.at("/containers/0/volumeMounts").toString()).contains("\"/files\"");
    assertThat(pod.path("volumes").toString()).contains("\"filcdn-file\"");
  }

  @ParameterizedTest
  @ValueSource(strings = {"indexer", "retrieval", "metrics", "settlement"})
  void whatIsAddedFitsTheSchemasOfKubernetes(String component) throws Exception {
    assertThat(with(component, POD_OPTIONS).objects())
        .allSatisfy(object -> assertThat(SCHEMAS.errors(object)).isEmpty());
  }

  @Test
  void noReplicasAreNoReplicas() {
    for (String component : List.of("indexer", "metrics", "settlement")) {
      assertThat(
              Rendered.of(CALIBRATION, Map.of(component + ".replicas", 0))
                  .one("Deployment", "filcdn-" + component)
                  .at("/spec/replicas")
                  .asInt(-1))
          .isZero();
    }
    assertThat(
            Rendered.of(CALIBRATION, Map.of("retrieval.replicas", 0))
                .one("StatefulSet", "filcdn-retrieval")
                .at("/spec/replicas")
                .asInt(-1))
        .isZero();
  }

  @Test
  void digestIsPartOfItsImagesNameEverywhere() {
    String digest = "sha256:" + "0a".repeat(32);
    Rendered chart = Rendered.of(CALIBRATION, Map.of("image.digests.indexer", digest));

    assertThat(chart.containers().map(container -> container.path("image").asText()))
        .filteredOn(image -> image.contains("/indexer:"))
        .hasSize(3)
        .allMatch(image -> image.endsWith(":0.1.0@" + digest));
    assertThat(chart.containers().map(container -> container.path("image").asText()))
        .filteredOn(image -> image.contains("/retrieval:"))
        .singleElement()
        .matches(image -> !image.contains("@"));
  }

  @Test
  void serviceOfEdgesIsAsTheOperatorWantsIt() throws Exception {
    Rendered chart =
        with(
            "retrieval",
            """
            tlsSecret: wildcard
            service:
              type: LoadBalancer
              loadBalancerClass: example.com/anycast
              loadBalancerSourceRanges: [192.0.2.0/24, "2001:db8::/32"]
              ipFamilyPolicy: PreferDualStack
              nodePorts: {http: 30080, https: 30443}
            """);
    JsonNode service = chart.one("Service", "filcdn-retrieval");
    JsonNode spec = service.path("spec");

    assertThat(SCHEMAS.errors(service)).isEmpty();
    assertThat(spec.path("loadBalancerClass").asText()).isEqualTo("example.com/anycast");
    assertThat(Rendered.elements(spec.path("loadBalancerSourceRanges")).map(JsonNode::asText))
        .containsExactly("192.0.2.0/24", "2001:db8::/32");
    assertThat(spec.path("ipFamilyPolicy").asText()).isEqualTo("PreferDualStack");
    assertThat(spec.findValuesAsText("nodePort")).containsExactly("30080", "30443");
    assertThat(
            Rendered.of(CALIBRATION).one("Service", "filcdn-retrieval").path("spec").properties())
        .extracting(Map.Entry::getKey)
        .containsExactly("type", "selector", "ports");
  }

  /** The calibration example with more values of a component. */
  private Rendered with(String component, String values) throws Exception {
    JsonNode all = Rendered.YAML.readTree(CALIBRATION.toFile());
    Rendered.YAML.readerForUpdating(all.path(component)).readValue(values);
    Path file = folder.resolve("values.yaml");
    Files.writeString(file, Rendered.YAML.writeValueAsString(all));
    return Rendered.of(file);
  }
}
