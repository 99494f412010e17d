package io.filcdn.retrieval.refusal;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** The edge's OpenAPI document says what the edge refuses, as the code does. */
class EdgeContractTest {

  private static final Path DOCUMENT = Path.of("..", "docs", "openapi-edge.yaml");

  @Test
  void theDocumentHasEveryCodeAndNoOther() throws IOException {
    List<String> codes = new ArrayList<>();
    document().at("/components/schemas/Code/enum").forEach(code -> codes.add(code.asText()));

    assertThat(codes)
        .containsExactlyElementsOf(Arrays.stream(Refusal.values()).map(Refusal::code).toList());
  }

  @Test
  void everyStatusOfARefusalIsAnAnswer() throws IOException {
    JsonNode paths = document().at("/paths");
    Set<String> answers = new HashSet<>();
    paths.at("/~1{pieceCid}/get/responses").fieldNames().forEachRemaining(answers::add);
    paths.at("/~1trees~1{pieceCid}/put/responses").fieldNames().forEachRemaining(answers::add);

    assertThat(answers)
        .contains("200", "201", "204", "206", "304")
        .containsAll(
            Arrays.stream(Refusal.values())
                .map(refusal -> Integer.toString(refusal.status()))
                .toList());
  }

  private static JsonNode document() throws IOException {
    return new YAMLMapper().readTree(DOCUMENT.toFile());
  }
}
