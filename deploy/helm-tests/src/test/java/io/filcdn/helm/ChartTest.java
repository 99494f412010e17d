package io.filcdn.helm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.marcnuri.helm.Helm;
import io.filcdn.common.lease.EdgeStatus;
import io.filcdn.common.lease.JournalEnd;
import io.filcdn.common.lease.JournalProgress;
import io.filcdn.common.lease.LeaseRequest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Every way to use the chart gives objects that Kubernetes takes. */
class ChartTest {

  private static final KubernetesSchemas SCHEMAS = new KubernetesSchemas();

  /** The sources of metrics' pages, from the module's folder. */
  private static final Path PAGES = Path.of("../../metrics-service/src/main/webui/src");

  private static final Pattern API = Pattern.compile("/api/v1/[a-z-]+");

  static List<Path> examples() {
    return Rendered.examples();
  }

  /** One object of each kind that the chart can make. */
  static Stream<JsonNode> kinds() {
    Map<String, JsonNode> kinds = new TreeMap<>();
    examples().stream()
        .flatMap(values -> Rendered.of(values).objects().stream())
        .forEach(object -> kinds.put(object.path("kind").asText(), object));
    return kinds.values().stream();
  }

  @ParameterizedTest
  @MethodSource("examples")
  void lintFindsNothing(Path values, @TempDir Path folder) throws Exception {
    Path chart = Rendered.withDefaults(folder, values);

    assertThat(new Helm(chart).lint().strict().quiet().call().getMessages()).isEmpty();
  }

  @ParameterizedTest
  @MethodSource("examples")
  void everyObjectFitsTheSchemaOfItsKind(Path values) {
    for (JsonNode object : Rendered.of(values).objects()) {
      assertThat(SCHEMAS.errors(object))
          .as("%s %s", object.path("kind").asText(), Rendered.name(object))
          .isEmpty();
    }
  }

  @ParameterizedTest
  @MethodSource("examples")
  void noWayInLeadsToAdministration(Path values) {
    List<JsonNode> paths =
        Stream.of("Ingress", "HTTPRoute")
            .flatMap(Rendered.of(values)::kind)
            .filter(object -> !List.of("filcdn", "filcdn-leases").contains(Rendered.name(object)))
            .flatMap(
                object ->
                    Stream.concat(
                        object.findParents("pathType").stream(),
                        object.findParents("value").stream()))
            .toList();

    assertThat(paths)
        .noneMatch(path -> leadsTo(path, "/api/v1/admin/leases"))
        .noneMatch(path -> leadsTo(path, "/api/v1/admin/settlement/report"))
        .noneMatch(path -> leadsTo(path, "/internal/v1/leases"))
        .noneMatch(path -> leadsTo(path, "/q/metrics"));
  }

  @Test
  void theWayInLeadsToAllThatPagesAskFor() throws Exception {
    Set<String> asked = new TreeSet<>();
    try (Stream<Path> sources = Files.walk(PAGES)) {
      for (Path source : sources.filter(Files::isRegularFile).toList()) {
        API.matcher(Files.readString(source)).results().forEach(found -> asked.add(found.group()));
      }
    }
    asked.remove("/api/v1/admin");

    assertThat(asked).contains("/api/v1/series", "/api/v1/keys", "/api/v1/settlement");
    List<List<String>> ways =
        Rendered.of(Rendered.example("calibration")).objects().stream()
            .filter(
                object -> List.of("Ingress", "HTTPRoute").contains(object.path("kind").asText()))
            .filter(object -> Rendered.name(object).endsWith("-metrics"))
            .map(
                object ->
                    Stream.of("path", "value")
                        .flatMap(field -> object.findValuesAsText(field).stream())
                        .toList())
            .toList();
    assertThat(ways).isNotEmpty().allSatisfy(paths -> assertThat(paths).containsAll(asked));
  }

  /** Of an Ingress, or of an HTTPRoute. */
  private static boolean leadsTo(JsonNode rule, String path) {
    String leads = rule.path("path").asText() + rule.path("value").asText();
    return (rule.path("pathType").asText() + rule.path("type").asText()).equals("Exact")
        ? path.equals(leads)
        : path.startsWith(leads.endsWith("/") ? leads : leads + "/");
  }

  @Test
  void gatewayAndIngressLeadTheSameHostsToTheSamePaths() {
    JsonNode route =
        Rendered.of(Rendered.example("calibration")).one("HTTPRoute", "filcdn-metrics");
    JsonNode ingress = Rendered.of(Rendered.example("nginx")).one("Ingress", "filcdn-metrics");

    assertThat(route.at("/spec/hostnames/0").asText())
        .isEqualTo(ingress.at("/spec/rules/0/host").asText());
    assertThat(route.path("spec").findValuesAsText("value"))
        .contains("/", "/start", "/api/v1/audit")
        .isEqualTo(ingress.path("spec").findValuesAsText("path"));
    assertThat(Rendered.of(Rendered.example("nginx")).kind("HTTPRoute")).isEmpty();
    assertThat(Rendered.of(Rendered.example("calibration")).kind("Ingress")).isEmpty();
  }

  /** The script writes the header by which the policy hashes, both for the route to the edges. */
  @Test
  void envoyGatewayHashesThePiece() {
    Rendered chart = Rendered.of(Rendered.example("calibration"));
    JsonNode policy = chart.one("BackendTrafficPolicy", "filcdn").path("spec");
    JsonNode script = chart.one("EnvoyExtensionPolicy", "filcdn").path("spec");

    assertThat(policy.at("/loadBalancer/type").asText()).isEqualTo("ConsistentHash");
    assertThat(script.at("/lua/0/inline").asText())
        .contains(
            "function envoy_on_request(",
            "headers:replace(\""
                + policy.at("/loadBalancer/consistentHash/header/name").asText()
                + "\"");
    assertThat(List.of(policy, script))
        .allSatisfy(
            each ->
                assertThat(chart.find("HTTPRoute", each.at("/targetRefs/0/name").asText()))
                    .isPresent());
    Rendered other =
        Rendered.of(Rendered.example("calibration"), Map.of("gateway.controller", "other"));
    assertThat(other.kind("BackendTrafficPolicy")).isEmpty();
    assertThat(other.kind("EnvoyExtensionPolicy")).isEmpty();
    assertThat(other.one("HTTPRoute", "filcdn").path("spec").findValuesAsText("value"))
        .containsExactly("/piece", "/");
  }

  @Test
  void metricsTellsItsPagesWherePiecesAndOtherServicesAre() {
    assertThat(services("calibration"))
        .filteredOn(container -> container.path("name").asText().equals("metrics"))
        .singleElement()
        .satisfies(
            metrics -> {
              assertThat(variable(metrics, "FILCDN_METRICS_PAGES_PIECE_URL"))
                  .isEqualTo("https://{payer}.calibration.cdn.example.com/{pieceCid}");
              assertThat(variable(metrics, "FILCDN_METRICS_PAGES_SETTLEMENT_URL"))
                  .endsWith("-settlement:8080");
              assertThat(variable(metrics, "FILCDN_METRICS_PAGES_INDEXER_URL"))
                  .endsWith("-indexer:8080");
            });
  }

  @Test
  void theExamplesRenderEveryKindOfTheChart() {
    assertThat(kinds().map(object -> object.path("kind").asText()))
        .containsExactly(
            "BackendTrafficPolicy",
            "ConfigMap",
            "Deployment",
            "EnvoyExtensionPolicy",
            "HTTPRoute",
            "HorizontalPodAutoscaler",
            "Ingress",
            "Job",
            "KafkaTopic",
            "KafkaUser",
            "NetworkPolicy",
            "Pod",
            "PodDisruptionBudget",
            "PrometheusRule",
            "Service",
            "ServiceMonitor",
            "StatefulSet");
  }

  @ParameterizedTest
  @MethodSource("kinds")
  void fieldThatKindDoesNotHaveIsFound(JsonNode object) {
    ObjectNode planted = object.deepCopy();
    JsonNode place = planted.has("spec") ? planted.get("spec") : planted;
    ((ObjectNode) place).put("plantedField", true);

    assertThat(SCHEMAS.errors(planted)).singleElement().asString().contains("plantedField");
  }

  @ParameterizedTest
  @ValueSource(strings = {"/containers/0", "/containers/0/env/0", "/securityContext", "/volumes/0"})
  void fieldThatDoesNotExistDeepInsideIsFound(String place) {
    JsonNode planted =
        Rendered.of(Rendered.example("mainnet")).one("StatefulSet", "filcdn-retrieval");
    ((ObjectNode) planted.at("/spec/template/spec" + place)).put("plantedField", true);

    assertThat(SCHEMAS.errors(planted)).singleElement().asString().contains("plantedField");
  }

  @ParameterizedTest
  @MethodSource("examples")
  void podsKeepToTheRestrictedProfile(Path values) {
    Rendered.of(values)
        .pods()
        .forEach(
            (name, pod) -> {
              assertThat(pod.at("/securityContext/runAsNonRoot").asBoolean()).as(name).isTrue();
              assertThat(pod.at("/securityContext/runAsUser").asInt()).as(name).isPositive();
              assertThat(pod.at("/securityContext/seccompProfile/type").asText())
                  .as(name)
                  .isEqualTo("RuntimeDefault");
              assertThat(pod.path("automountServiceAccountToken").asBoolean(true))
                  .as(name)
                  .isFalse();
              assertThat(List.of("hostNetwork", "hostPID", "hostIPC")).as(name).noneMatch(pod::has);
              assertThat(Rendered.elements(pod.path("volumes")))
                  .as(name)
                  .allMatch(v -> v.has("configMap") || v.has("secret") || v.has("emptyDir"));
              assertThat(pod.has("initContainers")).as(name).isFalse();
            });
    assertThat(Rendered.of(values).containers())
        .isNotEmpty()
        .allSatisfy(
            container -> {
              JsonNode security = container.path("securityContext");
              assertThat(security.path("allowPrivilegeEscalation").asBoolean(true)).isFalse();
              assertThat(security.path("readOnlyRootFilesystem").asBoolean()).isTrue();
              assertThat(security.at("/capabilities/drop/0").asText()).isEqualTo("ALL");
              assertThat(security.has("privileged") || security.at("/capabilities").has("add"))
                  .isFalse();
              assertThat(container.at("/resources/requests").has("cpu")).isTrue();
              assertThat(container.at("/resources/requests").has("memory")).isTrue();
              assertThat(container.at("/resources/limits").has("memory")).isTrue();
              assertThat(Rendered.elements(container.path("ports")))
                  .noneMatch(p -> p.has("hostPort"));
            });
  }

  @Test
  void edgesHaveLongerToStopThanTheyDrain() {
    JsonNode pod =
        Rendered.of(
                Rendered.example("calibration"),
                Map.of("retrieval.drainSeconds", 7200, "retrieval.preStopSeconds", 20))
            .one("StatefulSet", "filcdn-retrieval")
            .at("/spec/template/spec");

    assertThat(pod.path("terminationGracePeriodSeconds").asInt()).isEqualTo(7280);
    assertThat(pod.at("/containers/0/lifecycle/preStop/sleep/seconds").asInt()).isEqualTo(20);
    assertThat(Rendered.elements(pod.at("/containers/0/env")))
        .filteredOn(v -> v.path("name").asText().equals("FILCDN_RETRIEVAL_HTTP_DRAIN_TIMEOUT"))
        .singleElement()
        .matches(v -> v.path("value").asText().equals("7200s"));
  }

  @Test
  void chartBringsTheNetworksAsTheyAre() throws Exception {
    for (String network : List.of("calibration.json", "mainnet.json")) {
      assertThat(Rendered.CHART.resolve("networks").resolve(network))
          .hasSameTextualContentAs(Path.of("../networks").resolve(network));
      JsonNode file =
          Rendered.YAML.readTree(Files.readString(Path.of("../networks").resolve(network)));
      JsonNode rendered =
          Rendered.of(
                  Rendered.example("calibration"),
                  Map.of("network.name", file.path("name").asText()))
              .one("ConfigMap", "filcdn-network");

      assertThat(Rendered.YAML.readTree(rendered.at("/data/network.json").asText()))
          .isEqualTo(file);
    }
  }

  @Test
  void edgesNameThemselvesByRegionAndPod() {
    JsonNode edge =
        Rendered.of(Rendered.example("edge-only")).one("StatefulSet", "filcdn-retrieval");

    assertThat(Rendered.elements(edge.at("/spec/template/spec/containers/0/env")))
        .filteredOn(v -> v.path("name").asText().equals("FILCDN_RETRIEVAL_EDGE"))
        .singleElement()
        .matches(v -> v.path("value").asText().equals("us1-$(POD_NAME)"));
  }

  @Test
  void logsAreJsonAndTracesOffUntilThereIsAnEndpoint() {
    assertThat(services("calibration"))
        .hasSize(4)
        .allSatisfy(
            container -> {
              assertThat(variable(container, "QUARKUS_LOG_CONSOLE_JSON_ENABLED")).isEqualTo("true");
              assertThat(variable(container, "QUARKUS_OTEL_SDK_DISABLED")).isEqualTo("true");
              assertThat(variable(container, "QUARKUS_OTEL_EXPORTER_OTLP_ENDPOINT")).isEmpty();
            });
    assertThat(services("mainnet"))
        .hasSize(4)
        .allSatisfy(
            container -> {
              assertThat(variable(container, "QUARKUS_OTEL_SDK_DISABLED")).isEqualTo("false");
              assertThat(variable(container, "QUARKUS_OTEL_EXPORTER_OTLP_ENDPOINT"))
                  .isEqualTo("http://collector.tracing:4317");
            });
  }

  @Test
  void edgesLeaseFromTheReleasesOwnMetricsUnlessTheyAreTold() {
    assertThat(services("calibration"))
        .filteredOn(container -> container.path("name").asText().equals("retrieval"))
        .singleElement()
        .satisfies(
            edge ->
                assertThat(variable(edge, "FILCDN_RETRIEVAL_LEASES_URL"))
                    .isEqualTo("http://filcdn-metrics:8080"));
    assertThat(services("edge-only"))
        .singleElement()
        .satisfies(
            edge ->
                assertThat(variable(edge, "FILCDN_RETRIEVAL_LEASES_URL"))
                    .isEqualTo("https://leases.eu1.example.com"));
  }

  @Test
  void severalDomainsLeadToTheEdgesAndTheFirstIsShown(@TempDir Path folder) throws Exception {
    Rendered gateway =
        Rendered.of(ofDomains(folder, "calibration", ".cdn.example.com", ".cdn.example.net"));
    Rendered ingress =
        Rendered.of(ofDomains(folder, "nginx", ".cdn.example.com", ".cdn.example.net"));
    String[] hosts = {
      "*.cdn.example.com", "cdn.example.com", "*.cdn.example.net", "cdn.example.net"
    };

    assertThat(texts(gateway.one("HTTPRoute", "filcdn").at("/spec/hostnames")))
        .containsExactly(hosts);
    assertThat(ingress.one("Ingress", "filcdn").at("/spec/rules").findValuesAsText("host"))
        .containsExactly(hosts);
    assertThat(texts(ingress.one("Ingress", "filcdn").at("/spec/tls/0/hosts")))
        .containsExactly(hosts);
    assertThat(gateway.containers())
        .anySatisfy(
            edge ->
                assertThat(variable(edge, "FILCDN_RETRIEVAL_HTTP_DNS_ROOT"))
                    .isEqualTo(".cdn.example.com,.cdn.example.net"))
        .anySatisfy(
            metrics ->
                assertThat(variable(metrics, "FILCDN_METRICS_PAGES_PIECE_URL"))
                    .isEqualTo("https://{payer}.cdn.example.com/{pieceCid}"));
  }

  @Test
  void eachOfSeveralDomainsIsOne(@TempDir Path folder) throws Exception {
    Path wrong = ofDomains(folder, "calibration", ".cdn.example.com", "cdn.example.net");

    assertThatThrownBy(() -> Rendered.of(wrong))
        .hasMessageContaining("values don't meet the specifications of the schema")
        .hasMessageContaining("dnsRoot");
  }

  /** An example with several domains. */
  private static Path ofDomains(Path folder, String example, String... domains) throws IOException {
    ObjectNode values = (ObjectNode) Rendered.YAML.readTree(Rendered.example(example).toFile());
    ArrayNode list = values.putArray("dnsRoot");
    Stream.of(domains).forEach(list::add);
    return Files.writeString(
        folder.resolve(example + ".yaml"), Rendered.YAML.writeValueAsString(values));
  }

  private static List<String> texts(JsonNode list) {
    return Rendered.elements(list).map(JsonNode::asText).toList();
  }

  @Test
  void eachEdgeSeesItsOwnKeyAndNoOther() {
    assertThat(services("edge-only"))
        .singleElement()
        .satisfies(
            edge -> {
              assertThat(variable(edge, "FILCDN_RETRIEVAL_IDENTITY_KEY"))
                  .isEqualTo("/etc/filcdn-identity/key.pem");
              assertThat(Rendered.elements(edge.path("volumeMounts")))
                  .filteredOn(mount -> mount.path("name").asText().equals("identity"))
                  .singleElement()
                  .satisfies(
                      mount ->
                          assertThat(mount.path("subPathExpr").asText())
                              .isEqualTo("$(POD_NAME).pem"));
            });
  }

  @Test
  void metricsReadsTheListOfEdgesAndNoPrivateKey() {
    Rendered chart = Rendered.of(Rendered.example("calibration"));

    assertThat(chart.one("ConfigMap", "filcdn-edges").at("/data/edges.json").asText())
        .contains("filcdn-retrieval-0", "filcdn-retrieval-1", "publicKey");
    assertThat(services("calibration"))
        .filteredOn(c -> !c.path("name").asText().equals("retrieval"))
        .allMatch(
            c -> !c.path("volumeMounts").toString().contains("identity"), "has no edge's key");
  }

  private static List<JsonNode> services(String example) {
    return Rendered.of(Rendered.example(example))
        .containers()
        .filter(
            container ->
                !List.of("ready", "topics", "acls").contains(container.path("name").asText()))
        .toList();
  }

  private static String variable(JsonNode container, String name) {
    return Rendered.elements(container.path("env"))
        .filter(variable -> variable.path("name").asText().equals(name))
        .map(variable -> variable.path("value").asText())
        .collect(Collectors.joining());
  }

  @Test
  void releaseOfEdgesAloneHasNothingElse() {
    Rendered edges = Rendered.of(Rendered.example("edge-only"));

    assertThat(edges.pods().keySet()).containsExactlyInAnyOrder("filcdn-retrieval", "filcdn-test");
    assertThat(edges.kind("Deployment")).isEmpty();
  }

  @Test
  void releaseOfEdgesAloneHasTheDashboardsOfEdgesAlone() {
    assertThat(Rendered.of(Rendered.example("edge-only")).kind("ConfigMap").map(Rendered::name))
        .containsExactlyInAnyOrder(
            "filcdn-network", "filcdn-dashboard-edge", "filcdn-dashboard-traffic");
  }

  /** A region of edges leases at the host where the other lets edges lease, and nothing else. */
  @Test
  void edgesOfAnotherRegionReachLeases() {
    Rendered main = Rendered.of(Rendered.example("mainnet"));
    JsonNode route = main.one("HTTPRoute", "filcdn-leases").path("spec");
    JsonNode ingress =
        Rendered.of(Rendered.example("nginx"), Map.of("leases.host", "leases.example.com"))
            .one("Ingress", "filcdn-leases");

    assertThat(services("edge-only"))
        .singleElement()
        .satisfies(
            edge ->
                assertThat(variable(edge, "FILCDN_RETRIEVAL_LEASES_URL"))
                    .isEqualTo("https://" + route.at("/hostnames/0").asText()));
    assertThat(route.findValuesAsText("value"))
        .containsExactly(LeaseRequest.PATH, JournalProgress.PATH, JournalEnd.PATH, EdgeStatus.PATH)
        .isEqualTo(ingress.path("spec").findValuesAsText("path"));
    assertThat(route.at("/rules/0/backendRefs/0/name").asText()).isEqualTo("filcdn-metrics");
    assertThat(main.one("NetworkPolicy", "filcdn-metrics").at("/spec/ingress").toString())
        .contains("envoy-gateway-system");
  }
}
