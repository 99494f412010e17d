package io.filcdn.helm;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.yaml.snakeyaml.Yaml;

/**
 * The compose file against what it starts: images, variables and topics. That it fits the Compose
 * Specification is checked in {@code deploy/contract-lint}.
 */
class ComposeTest {

  private static final Path FOLDER = Path.of("../compose");
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Pattern VALUE = Pattern.compile("\\$\\{(\\w+)(?::([-?])([^}]*))?}");
  private static final Pattern SECRET = Pattern.compile("PASSWORD|TOKEN|OPERATOR_KEY");
  private static final Set<String> SERVICES =
      Set.of("indexer", "retrieval", "metrics", "settlement");

  private final String text = read(FOLDER.resolve("compose.yaml"));
  private final JsonNode file = JSON.valueToTree(new Yaml().<Object>load(text));

  @Test
  void everyVariableIsAKeyThatTheServiceReads() {
    Map<String, Set<String>> unread = new TreeMap<>();
    services()
        .forEach(
            (name, service) -> {
              Set<String> names = new TreeSet<>();
              service.path("environment").fieldNames().forEachRemaining(names::add);
              names.removeIf(each -> EnvironmentTest.isRead(imageOf(service), each));
              unread.put(name, names);
            });

    assertThat(unread).hasSize(7).allSatisfy((_, names) -> assertThat(names).isEmpty());
  }

  @Test
  void imagesAreThoseThatThisVersionBuilds() {
    String script = read(Path.of("../images/images.sh"));
    Matcher version =
        Pattern.compile("(?m)^ {2}<version>(.*)</version>").matcher(read(Path.of("../../pom.xml")));
    assertThat(version.find()).isTrue();
    assertThat(script).contains("echo \"localhost/filcdn/$1:$version\"");

    assertThat(services().values())
        .extracting(service -> plain(service.path("image").asText()))
        .allMatch(
            image -> image.matches("localhost/filcdn/\\w+:" + Pattern.quote(version.group(1))));
    assertThat(services().values()).extracting(ComposeTest::imageOf).containsAll(SERVICES);
  }

  @Test
  void theExampleOfTheEnvironmentHasEachValueAndNoOther() {
    Set<String> used =
        VALUE.matcher(text).results().map(value -> value.group(1)).collect(Collectors.toSet());
    Set<String> listed =
        Pattern.compile("(?m)^(\\w+)=")
            .matcher(read(FOLDER.resolve("example.env")))
            .results()
            .map(value -> value.group(1))
            .collect(Collectors.toSet());

    used.add("COMPOSE_PROJECT_NAME");
    assertThat(listed).isEqualTo(used);
  }

  @Test
  void noSecretHasADefault() {
    assertThat(VALUE.matcher(text).results())
        .filteredOn(value -> SECRET.matcher(value.group(1)).find())
        .isNotEmpty()
        .noneMatch(value -> "-".equals(value.group(2)));
  }

  @Test
  void topicsAreThoseOfTheCodeWithOneCopyEach() throws IOException {
    JsonNode topics = JSON.readTree(FOLDER.resolve("topics.json").toFile());

    assertThat(
            TopicsTest.settings(
                Rendered.elements(topics),
                topic -> topic.path("name").asText(),
                topic -> topic.path("config")))
        .isEqualTo(TopicsTest.expected());
    assertThat(Rendered.elements(topics))
        .allMatch(topic -> topic.path("replicas").asInt() == 1)
        .allMatch(topic -> topic.at("/config/min.insync.replicas").asInt() == 1);
    assertThat(file.at("/services/topics/entrypoint").toString())
        .contains("io.filcdn.indexer.topics.TopicSetup", "/etc/filcdn/topics.json");
    assertThat(file.at("/services/acls/entrypoint").toString())
        .contains("io.filcdn.indexer.topics.AclSetup", "/etc/filcdn/acls.json");
  }

  @Test
  void eachServiceHasAPasswordOfItsOwnForKafkaAndForItsDatabase() {
    Map<String, Set<String>> services = new TreeMap<>();
    services()
        .forEach(
            (name, service) -> {
              JsonNode environment = service.path("environment");
              Stream.of("KAFKA_SASL_JAAS_CONFIG", "QUARKUS_DATASOURCE_JDBC_URL")
                  .flatMap(key -> VALUE.matcher(environment.path(key).asText()).results())
                  .map(value -> value.group(1))
                  .forEach(
                      password ->
                          services
                              .computeIfAbsent(password, _ -> new TreeSet<>())
                              .add(name.replaceFirst("-2$", "")));
            });

    assertThat(services).hasSize(8);
    assertThat(services.get("FILCDN_KAFKA_PASSWORD")).containsExactlyInAnyOrder("acls", "topics");
    assertThat(services)
        .allSatisfy(
            (password, users) ->
                assertThat(users)
                    .as(password)
                    .hasSize(password.equals("FILCDN_KAFKA_PASSWORD") ? 2 : 1));
  }

  @Test
  void edgesDoNotReachDatabases() {
    assertThat(file.at("/services/postgres/networks").toString()).isEqualTo("[\"databases\"]");
    assertThat(services().entrySet())
        .filteredOn(service -> service.getValue().path("networks").toString().contains("databases"))
        .extracting(Map.Entry::getKey)
        .containsExactlyInAnyOrder("indexer", "metrics", "settlement");
  }

  /** The containers that are of this project, by their names. */
  private Map<String, JsonNode> services() {
    Map<String, JsonNode> all = new TreeMap<>();
    file.path("services")
        .properties()
        .forEach(
            service -> {
              if (SERVICES.contains(imageOf(service.getValue()))) {
                all.put(service.getKey(), service.getValue());
              }
            });
    return all;
  }

  private static String imageOf(JsonNode service) {
    return plain(service.path("image").asText()).replaceAll(".*/|:.*", "");
  }

  /** A text with the defaults of its values. */
  private static String plain(String text) {
    return VALUE.matcher(text).replaceAll(ComposeTest::defaultOf);
  }

  private static String defaultOf(MatchResult value) {
    return "-".equals(value.group(2)) ? Matcher.quoteReplacement(value.group(3)) : "";
  }

  private static String read(Path path) {
    try {
      return Files.readString(path);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
