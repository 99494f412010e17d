package io.filcdn.helm;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.filcdn.common.kafka.KafkaPrincipal;
import io.filcdn.common.kafka.Topic;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * The chart, and compose, allow each service with Kafka what {@link KafkaPrincipal} says, and
 * nothing else.
 */
class KafkaAclsTest {

  /** Something that a principal may do. */
  private record Acl(
      String principal, String resource, String name, String pattern, String operation) {}

  @Test
  void strimziIsAskedForWhatTheCodeSays() {
    Rendered chart = Rendered.of(Rendered.example("operators"));

    assertThat(chart.kind("KafkaUser").flatMap(KafkaAclsTest::strimzi))
        .containsExactlyInAnyOrderElementsOf(expected("User:filcdn-"));
    assertThat(chart.kind("KafkaUser"))
        .hasSameSizeAs(KafkaPrincipal.values())
        .allSatisfy(
            user -> {
              assertThat(user.at("/metadata/namespace").asText()).isEqualTo("kafka");
              assertThat(user.at("/metadata/labels/strimzi.io~1cluster").asText())
                  .isEqualTo("filcdn");
              assertThat(user.at("/spec/authentication/type").asText()).isEqualTo("scram-sha-512");
              assertThat(user.at("/spec/authorization/type").asText()).isEqualTo("simple");
            });
  }

  @Test
  void jobSetsWhatTheCodeSays() throws Exception {
    assertThat(job(Map.of())).containsExactlyInAnyOrderElementsOf(expected("User:filcdn-"));
  }

  @Test
  void usersHaveTheNamesOfTheValues() throws Exception {
    Map<String, Object> named =
        Arrays.stream(KafkaPrincipal.values())
            .map(KafkaPrincipal::service)
            .collect(
                Collectors.toMap(
                    service -> "kafka.acls.users." + service, service -> "cdn." + service));

    assertThat(job(named)).containsExactlyInAnyOrderElementsOf(expected("User:cdn."));
  }

  @Test
  void composeAllowsWhatTheCodeSays() throws Exception {
    JsonNode acls = Rendered.YAML.readTree(Path.of("../compose/acls.json").toFile());

    assertThat(file(acls)).containsExactlyInAnyOrderElementsOf(expected("User:"));
  }

  @Test
  void nothingIsSetUnlessItIsAskedFor() {
    Rendered chart = Rendered.of(Rendered.example("calibration"));

    assertThat(chart.kind("KafkaUser")).isEmpty();
    assertThat(chart.objects()).extracting(Rendered::name).doesNotContain("filcdn-acls");
  }

  /** Each service has its own login, and the administrator's is the jobs' alone. */
  @Test
  void nobodySharesALogin() {
    for (String example : List.of("mainnet", "operators")) {
      List<String> logins =
          Rendered.of(Rendered.example(example))
              .containers()
              .flatMap(container -> Rendered.elements(container.path("env")))
              .filter(env -> env.path("name").asText().equals("KAFKA_SASL_JAAS_CONFIG"))
              .map(env -> env.at("/valueFrom/secretKeyRef/name").asText())
              .filter(secret -> !secret.equals("filcdn-kafka-admin"))
              .toList();

      assertThat(logins).as(example).hasSameSizeAs(KafkaPrincipal.values()).doesNotHaveDuplicates();
    }
  }

  @Test
  void ownLoginReplacesTheOneOfAll() {
    assertThat(
            Rendered.of(
                    Rendered.example("mainnet"),
                    Map.of(
                        "kafka.secrets.kafka\\.sasl\\.jaas\\.config.name", "all",
                        "kafka.secrets.kafka\\.sasl\\.jaas\\.config.key", "jaas"))
                .containers()
                .flatMap(container -> Rendered.elements(container.path("env")))
                .filter(env -> env.path("name").asText().equals("KAFKA_SASL_JAAS_CONFIG"))
                .map(env -> env.at("/valueFrom/secretKeyRef/name").asText()))
        .hasSize(6)
        .doesNotContain("all");
  }

  private static Stream<Acl> strimzi(JsonNode user) {
    String principal = "User:" + Rendered.name(user);
    return Rendered.elements(user.at("/spec/authorization/acls"))
        .flatMap(
            acl ->
                acls(
                    principal,
                    acl.at("/resource/type"),
                    acl.at("/resource/name"),
                    acl.at("/resource/patternType"),
                    acl.path("operations")));
  }

  private static List<Acl> job(Map<String, Object> values) throws Exception {
    String file =
        Rendered.of(Rendered.example("mainnet"), values)
            .one("ConfigMap", "filcdn-acls")
            .at("/data/acls.json")
            .asText();
    return file(Rendered.YAML.readTree(file));
  }

  private static List<Acl> file(JsonNode acls) {
    return Rendered.elements(acls)
        .flatMap(
            acl ->
                acls(
                    acl.path("principal").asText(),
                    acl.path("resourceType"),
                    acl.path("resourceName"),
                    acl.path("patternType"),
                    acl.path("operations")))
        .toList();
  }

  private static Stream<Acl> acls(
      String principal, JsonNode resource, JsonNode name, JsonNode pattern, JsonNode operations) {
    return Rendered.elements(operations)
        .map(
            operation ->
                new Acl(
                    principal,
                    lower(resource),
                    name.asText(),
                    lower(pattern).replace("prefixed", "prefix"),
                    lower(operation)));
  }

  private static String lower(JsonNode text) {
    return text.asText().toLowerCase(Locale.ROOT);
  }

  private static List<Acl> expected(String prefix) {
    return Arrays.stream(KafkaPrincipal.values())
        .flatMap(principal -> expected(principal, prefix + principal.service()))
        .toList();
  }

  private static Stream<Acl> expected(KafkaPrincipal principal, String name) {
    return Stream.of(
            topics(name, principal.writes(), "write"),
            topics(name, principal.reads(), "read"),
            principal.groupPrefix().stream()
                .map(groups -> new Acl(name, "group", groups, "prefix", "read")))
        .flatMap(acls -> acls);
  }

  private static Stream<Acl> topics(String principal, Set<Topic> topics, String operation) {
    return topics.stream()
        .flatMap(
            topic ->
                Stream.of(operation, "describe")
                    .map(o -> new Acl(principal, "topic", topic.topicName(), "literal", o)));
  }
}
