package io.filcdn.common.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The documents say who may do what with Kafka as the code does. */
class KafkaPrincipalTest {

  @Test
  void theDocumentedTableIsTheCodes() throws IOException {
    List<String> documented =
        Files.readAllLines(Path.of("..", "..", "docs", "security.md")).stream()
            .dropWhile(line -> !line.equals("| service | writes | reads | groups |"))
            .skip(2)
            .takeWhile(line -> line.startsWith("|"))
            .toList();

    assertThat(documented)
        .containsExactlyElementsOf(
            Arrays.stream(KafkaPrincipal.values()).map(KafkaPrincipalTest::row).toList());
  }

  @Test
  void theDocumentOfEventsHasTheSameOperations() throws IOException {
    JsonNode document =
        new YAMLMapper().readTree(Path.of("..", "..", "docs", "asyncapi.yaml").toFile());
    List<String> documented = new ArrayList<>();
    document
        .get("operations")
        .properties()
        .forEach(
            operation -> {
              String channel = operation.getValue().at("/channel/$ref").asText().substring(1);
              documented.add(
                  "%s %s %s"
                      .formatted(
                          operation.getKey().replaceFirst("[.].*", ""),
                          operation.getValue().get("action").asText(),
                          document.at(channel + "/address").asText()));
            });

    assertThat(documented)
        .containsExactlyInAnyOrderElementsOf(
            Arrays.stream(KafkaPrincipal.values())
                .flatMap(
                    principal ->
                        Stream.concat(
                            operations(principal, "send", principal.writes()),
                            operations(principal, "receive", principal.reads())))
                .toList());
  }

  private static Stream<String> operations(
      KafkaPrincipal principal, String action, Set<Topic> topics) {
    return topics.stream()
        .map(topic -> "%s %s %s".formatted(principal.service(), action, topic.topicName()));
  }

  private static String row(KafkaPrincipal principal) {
    return "| %s | %s | %s | %s |"
        .formatted(
            principal.service(),
            topics(principal.writes()),
            topics(principal.reads()),
            principal.groupPrefix().map("`%s*`"::formatted).orElse("none"));
  }

  private static String topics(Set<Topic> topics) {
    return topics.isEmpty()
        ? "none"
        : topics.stream()
            .sorted()
            .map(topic -> "`" + topic.topicName() + "`")
            .collect(Collectors.joining(", "));
  }
}
