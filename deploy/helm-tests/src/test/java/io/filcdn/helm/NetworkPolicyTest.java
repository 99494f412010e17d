package io.filcdn.helm;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Pods may talk along the arrows of docs/architecture.md, and along no other. */
class NetworkPolicyTest {

  private final Rendered chart = Rendered.of(Rendered.example("operators"));

  @Test
  void nothingIsAllowedThatIsNotSaid() {
    JsonNode all = chart.one("NetworkPolicy", "filcdn").path("spec");

    assertThat(all.at("/podSelector/matchLabels").size()).isEqualTo(2);
    assertThat(texts(all.path("policyTypes"))).containsExactly("Ingress", "Egress");
    assertThat(all.has("ingress")).isFalse();
    assertThat(ports(all.path("egress"))).containsOnly(53);
  }

  @Test
  void edgesReachKafkaMetricsAndProvidersButNoDatabase() {
    JsonNode egress = policy("retrieval").path("egress");

    assertThat(ports(egress)).contains(9093, 8080).doesNotContain(5432);
    assertThat(Rendered.elements(egress))
        .filteredOn(rule -> !rule.has("ports"))
        .singleElement()
        .satisfies(
            rule ->
                assertThat(texts(rule.at("/to/0/ipBlock/except")))
                    .contains("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "169.254.0.0/16"));
  }

  @Test
  void onlyIndexerAndSettlementReachTheChain() {
    assertThat(ports(policy("indexer").path("egress"))).containsExactly(9093, 5432, 443);
    assertThat(ports(policy("settlement").path("egress"))).containsExactly(9093, 5432, 443);
    assertThat(ports(policy("metrics").path("egress"))).containsExactly(9093, 5432);
  }

  @Test
  void metricsReachesTheChainWhereItMayAskWhoSigns() {
    Rendered asking =
        Rendered.of(
            Rendered.example("operators"),
            Map.of("metrics.config.filcdn\\.metrics\\.wallets\\.ask-chain", "true"));

    JsonNode policy = asking.one("NetworkPolicy", "filcdn-metrics").path("spec");
    assertThat(ports(policy.path("egress"))).containsExactly(9093, 5432, 443);
  }

  @Test
  void norWhereThatIsOffInWords() {
    Rendered off =
        Rendered.of(
            Rendered.example("operators"),
            Map.of("metrics.config.filcdn\\.metrics\\.wallets\\.ask-chain", "\"false\""));

    JsonNode policy = off.one("NetworkPolicy", "filcdn-metrics").path("spec");
    assertThat(ports(policy.path("egress"))).containsExactly(9093, 5432);
  }

  @Test
  void onlyEdgesAskMetricsAndNobodyAsksSettlement() {
    assertThat(peers(policy("metrics").path("ingress")))
        .containsExactlyInAnyOrder("test", "retrieval");
    assertThat(peers(policy("settlement").path("ingress"))).containsExactly("test");
    assertThat(peers(policy("indexer").path("ingress"))).containsExactly("test");
  }

  @Test
  void whereItsPagesShowOtherServicesMetricsAsksThem() {
    Rendered shown = Rendered.of(Rendered.example("calibration"));

    for (String service : List.of("indexer", "settlement")) {
      JsonNode policy = shown.one("NetworkPolicy", "filcdn-" + service).path("spec");
      assertThat(peers(policy.path("ingress"))).containsExactly("test", "metrics");
    }
    assertThat(peers(shown.one("NetworkPolicy", "filcdn-metrics").path("spec").path("egress")))
        .containsExactly("indexer", "settlement");
  }

  @Test
  void everyPodIsCovered() {
    chart
        .pods()
        .keySet()
        .forEach(pod -> assertThat(chart.find("NetworkPolicy", pod)).as(pod).isPresent());
  }

  /** Hooks run before the release's other objects are there. */
  @Test
  void jobsBringTheirPoliciesAlong() {
    Rendered jobs = Rendered.of(Rendered.example("mainnet"));

    assertThat(jobs.kind("Job"))
        .extracting(Rendered::name)
        .containsExactlyInAnyOrder("filcdn-topics", "filcdn-acls");
    assertThat(jobs.kind("Job"))
        .allSatisfy(
            job -> {
              JsonNode policy = jobs.one("NetworkPolicy", Rendered.name(job));

              assertThat(policy.at("/metadata/annotations/rendered.helm.sh~1hook"))
                  .isEqualTo(job.at("/metadata/annotations/rendered.helm.sh~1hook"));
              assertThat(policy.at("/metadata/annotations/rendered.helm.sh~1hook-weight").asInt())
                  .isLessThan(
                      job.at("/metadata/annotations/rendered.helm.sh~1hook-weight").asInt());
              assertThat(ports(policy.at("/spec/egress"))).containsExactly(9092, 9093);
            });
  }

  private JsonNode policy(String component) {
    return chart.one("NetworkPolicy", "filcdn-" + component).path("spec");
  }

  private static List<Integer> ports(JsonNode rules) {
    return Rendered.elements(rules)
        .flatMap(rule -> Rendered.elements(rule.path("ports")))
        .map(port -> port.path("port").asInt())
        .toList();
  }

  /** The components that rules name. */
  private static Stream<String> peers(JsonNode rules) {
    return rules.findValuesAsText("app.kubernetes.io/component").stream();
  }

  private static List<String> texts(JsonNode array) {
    return Rendered.elements(array).map(JsonNode::asText).toList();
  }
}
