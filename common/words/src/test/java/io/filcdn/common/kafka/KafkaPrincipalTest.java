package io.filcdn.common.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** {@code docs/security.md} says who may do what with Kafka as the code does. */
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
