package io.filcdn.helm;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.filcdn.common.kafka.Topic;
import java.time.Duration;
import java.util.Arrays;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The chart creates every topic that the services use, with the settings it needs to be right. */
class TopicsTest {

  @Test
  void jobCreatesEachTopicAsTheCodeSays() throws Exception {
    String file =
        Rendered.of(Rendered.example("calibration"))
            .one("ConfigMap", "filcdn-topics")
            .at("/data/topics.json")
            .asText();

    assertThat(
            settings(
                Rendered.elements(Rendered.YAML.readTree(file)),
                topic -> topic.path("name").asText(),
                topic -> topic.path("config")))
        .isEqualTo(expected());
  }

  @Test
  void strimziIsAskedForTheSame() {
    assertThat(
            settings(
                Rendered.of(Rendered.example("operators")).kind("KafkaTopic"),
                Rendered::name,
                topic -> topic.at("/spec/config")))
        .isEqualTo(expected());
  }

  /** Where Strimzi creates the topics, no job does. */
  @Test
  void onlyOneCreatesThem() {
    assertThat(Rendered.of(Rendered.example("operators")).kind("Job")).isEmpty();
    assertThat(Rendered.of(Rendered.example("edge-only")).kind("Job")).isEmpty();
    assertThat(Rendered.of(Rendered.example("calibration")).kind("KafkaTopic")).isEmpty();
  }

  /** The topics as the code has them: each with its policy and how long it keeps records. */
  static Map<String, String> expected() {
    return Arrays.stream(Topic.values())
        .collect(
            Collectors.toMap(
                Topic::topicName,
                topic ->
                    topic
                        .retention()
                        .map(Duration::toMillis)
                        .map(kept -> "delete " + kept)
                        .orElse("compact ")));
  }

  static Map<String, String> settings(
      Stream<JsonNode> topics,
      Function<JsonNode, String> name,
      Function<JsonNode, JsonNode> config) {
    return topics.collect(
        Collectors.toMap(
            name,
            topic ->
                config.apply(topic).path("cleanup.policy").asText()
                    + " "
                    + config.apply(topic).path("retention.ms").asText()));
  }
}
