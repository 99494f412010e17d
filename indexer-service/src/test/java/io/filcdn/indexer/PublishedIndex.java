package io.filcdn.indexer;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.filcdn.common.kafka.Topic;
import java.util.Map;

/** Compares what the topics hold with what the tables say. */
final class PublishedIndex {

  private static final ObjectMapper JSON = new ObjectMapper();

  private static final Map<Topic, String> KEYS_AND_VERSIONS =
      Map.of(
          Topic.PLACEMENTS,
          "select piece_cid || '/' || payer || '/' || data_set || '/' || piece_id, as_of_block,"
              + " version from pieces",
          Topic.DATA_SETS,
          "select id, as_of_block, version from data_sets",
          Topic.PROVIDERS,
          "select id, as_of_block, version from providers",
          Topic.PAYERS,
          "select address, as_of_block, version from payers");

  private PublishedIndex() {}

  /** A row and its record are written together, so that one version is one content. */
  static void assertEqual(Topics topics, Tables tables) {
    KEYS_AND_VERSIONS.forEach(
        (topic, sql) ->
            assertThat(
                    topics.of(topic).entrySet().stream()
                        .map(e -> e.getKey() + " " + asOf(e.getValue())))
                .as(topic.topicName())
                .containsExactlyInAnyOrderElementsOf(tables.rows(sql)));
  }

  private static String asOf(String json) {
    try {
      JsonNode asOf = JSON.readTree(json).get("asOf");
      return asOf.get("block").asText() + " " + asOf.get("version").asText();
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }
}
