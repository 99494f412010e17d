package io.filcdn.helm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.filcdn.indexer.IndexerConfig;
import io.filcdn.metrics.MetricsConfig;
import io.filcdn.retrieval.RetrievalConfig;
import io.filcdn.settlement.SettlementConfig;
import io.smallrye.config.ConfigMappings;
import io.smallrye.config.ConfigMappings.ConfigClass;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URL;
import java.nio.file.Path;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What the chart sets by environment variables is something that the services read. */
class EnvironmentTest {

  private static final Map<String, Class<?>> SERVICES =
      Map.of(
          "indexer", IndexerConfig.class,
          "retrieval", RetrievalConfig.class,
          "metrics", MetricsConfig.class,
          "settlement", SettlementConfig.class);

  /** Of the Java launcher, of the pod itself, and the keys that all services read. */
  private static final Set<String> OTHERS =
      Set.of("JDK_JAVA_OPTIONS", "POD_NAME", "FILCDN_NETWORK", "FILCDN_ADMIN_TOKEN");

  /** What a value must not be: these come from Secrets. */
  private static final Pattern SECRET =
      Pattern.compile("PASSWORD|SECRET|TOKEN|OPERATOR_KEY|API_KEY|JAAS|JDBC_URL|USERNAME|BOTS");

  private static final Set<String> QUARKUS = quarkusVariables();
  private static final Set<String> KAFKA = kafkaVariables();

  static List<Path> examples() {
    return Rendered.examples();
  }

  @ParameterizedTest
  @MethodSource("examples")
  void everyVariableIsAKeyThatTheServiceReads(Path values) {
    Rendered.of(values)
        .containers()
        .forEach(
            container -> {
              String service = container.path("name").asText();
              assertThat(variables(container)).as(service).allMatch(name -> isRead(service, name));
            });
  }

  /** True where a service, its Java or its pod reads a variable. */
  static boolean isRead(String service, String name) {
    return OTHERS.contains(name)
        || QUARKUS.contains(name)
        || KAFKA.contains(name)
        || own(service).matcher(name).matches();
  }

  @ParameterizedTest
  @MethodSource("examples")
  void secretsAreOnlyReferredTo(Path values) {
    Rendered chart = Rendered.of(values);

    assertThat(chart.kind("Secret")).isEmpty();
    assertThat(chart.containers().flatMap(c -> Rendered.elements(c.path("env"))))
        .filteredOn(variable -> SECRET.matcher(variable.path("name").asText()).find())
        .isNotEmpty()
        .allMatch(variable -> variable.at("/valueFrom").has("secretKeyRef"));
  }

  @Test
  void edgesHaveAWalletAndTellTheirRegionWhereThatIsWanted() {
    Map<String, Object> set =
        Map.of(
            "retrieval.granteeSecret", "grantee",
            "retrieval.locationNotice", "true",
            "retrieval.region", "eu",
            "edges.list[0].edge", "eu-filcdn-retrieval-0",
            "edges.list[1].edge", "eu-filcdn-retrieval-1");
    Path values = Rendered.example("operators");

    assertThat(edge(Rendered.of(values, set)))
        .contains(
            "FILCDN_RETRIEVAL_GRANTEE_KEY",
            "FILCDN_RETRIEVAL_GRANTEE_VOUCHERS",
            "FILCDN_RETRIEVAL_LOCATION_REGION")
        .allMatch(name -> OTHERS.contains(name) || !name.startsWith("FILCDN_") || isOfEdges(name));
    assertThat(edge(Rendered.of(values)))
        .doesNotContain("FILCDN_RETRIEVAL_GRANTEE_KEY", "FILCDN_RETRIEVAL_LOCATION_REGION");
    assertThatThrownBy(() -> Rendered.of(values, Map.of("retrieval.locationNotice", "true")))
        .hasMessageContaining("retrieval.locationNotice needs retrieval.region");
  }

  private static List<String> edge(Rendered chart) {
    return chart
        .containers()
        .filter(container -> container.path("name").asText().equals("retrieval"))
        .flatMap(EnvironmentTest::variables)
        .toList();
  }

  private static boolean isOfEdges(String name) {
    return own("retrieval").matcher(name).matches();
  }

  @Test
  void variableThatNoServiceReadsIsFound() {
    assertThat("FILCDN_RETRIEVAL_CACHE_MAX_SIZE").matches(own("retrieval"));
    assertThat("FILCDN_RETRIEVAL_BOTS_CRAWLER").matches(own("retrieval"));
    assertThat("FILCDN_RETRIEVAL_CACHE_MAXIMUM").doesNotMatch(own("retrieval"));
    assertThat("FILCDN_RETRIEVAL_CACHE_MAX_SIZE").doesNotMatch(own("metrics"));
    assertThat(QUARKUS)
        .contains("QUARKUS_LOG_CONSOLE_JSON_ENABLED", "QUARKUS_OTEL_SDK_DISABLED")
        .doesNotContain("QUARKUS_LOG_CONSOLE_JSON_ENABLE");
    assertThat(KAFKA).contains("KAFKA_SASL_JAAS_CONFIG").doesNotContain("KAFKA_SASL_JAAS");
  }

  private static Stream<String> variables(JsonNode container) {
    return Rendered.elements(container.path("env")).map(variable -> variable.path("name").asText());
  }

  /** The variables of a service's own properties; a map's keys can be anything. */
  private static Pattern own(String service) {
    Class<?> config = SERVICES.get(service);
    if (config == null) {
      return Pattern.compile("(?!)");
    }
    return Pattern.compile(
        ConfigMappings.getProperties(ConfigClass.configClass(config)).keySet().stream()
            .map(EnvironmentTest::variable)
            .map(name -> name.replaceFirst("__$", "_[A-Z0-9_]+"))
            .collect(Collectors.joining("|")));
  }

  private static String variable(String property) {
    return property.replaceAll("[^a-zA-Z0-9]", "_").toUpperCase(Locale.ROOT);
  }

  /** What Quarkus' extensions on the class path say they read. */
  private static Set<String> quarkusVariables() {
    try {
      Set<String> names = new HashSet<>();
      for (URL url :
          Collections.list(
              EnvironmentTest.class
                  .getClassLoader()
                  .getResources("META-INF/quarkus-config-doc/quarkus-config-model.json"))) {
        try (InputStream model = url.openStream()) {
          new ObjectMapper()
              .readTree(model).findParents("phase").stream()
                  // other phases are settled when the service is built
                  .filter(item -> item.path("phase").asText().equals("RUN_TIME"))
                  .forEach(item -> names.add(item.at("/path/environmentVariable").asText()));
        }
      }
      return names;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Set<String> kafkaVariables() {
    return Stream.of(
            AdminClientConfig.configNames(),
            ConsumerConfig.configNames(),
            ProducerConfig.configNames())
        .flatMap(Set::stream)
        .map(name -> variable("kafka." + name))
        .collect(Collectors.toSet());
  }
}
