package io.filcdn.common.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import com.networknt.schema.InputFormat;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SchemaLocation;
import com.networknt.schema.SpecVersion;
import io.filcdn.common.access.AccessKeyRecord;
import io.filcdn.common.access.KeySighting;
import io.filcdn.common.access.PolicyRecord;
import io.filcdn.common.credit.CreditEntryRecord;
import io.filcdn.common.egress.EgressRecord;
import io.filcdn.common.egress.RetrievalRecord;
import io.filcdn.common.index.DataSetRecord;
import io.filcdn.common.index.PayerRecord;
import io.filcdn.common.index.PlacementKey;
import io.filcdn.common.index.PlacementRecord;
import io.filcdn.common.index.ProviderRecord;
import io.filcdn.common.proof.TreeRecord;
import io.filcdn.common.usage.QuotaRecord;
import io.filcdn.common.usage.SettlementRecord;
import io.filcdn.common.usage.UsageRecord;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The Java records and {@code docs/asyncapi.yaml} say the same. */
class RecordsTest {

  private static final JsonMapper JSON = JsonMapper.builder().build();
  private static final String DOCUMENT = readDocument();

  private static final Map<String, Class<?>> TYPES =
      Map.ofEntries(
          Map.entry("placement", PlacementRecord.class),
          Map.entry("dataSet", DataSetRecord.class),
          Map.entry("provider", ProviderRecord.class),
          Map.entry("payer", PayerRecord.class),
          Map.entry("tree", TreeRecord.class),
          Map.entry("key", AccessKeyRecord.class),
          Map.entry("policy", PolicyRecord.class),
          Map.entry("keySighting", KeySighting.class),
          Map.entry("egress", EgressRecord.class),
          Map.entry("retrieval", RetrievalRecord.class),
          Map.entry("usage", UsageRecord.class),
          Map.entry("quota", QuotaRecord.class),
          Map.entry("creditEntry", CreditEntryRecord.class),
          Map.entry("reported", SettlementRecord.class),
          Map.entry("settled", SettlementRecord.class),
          Map.entry("failed", SettlementRecord.class),
          Map.entry("terminated", SettlementRecord.class),
          Map.entry("deadLetter", DeadLetter.class));

  /** An example of the document. */
  record Example(String message, String schema, JsonNode payload) {

    Class<?> type() {
      return Objects.requireNonNull(TYPES.get(message), message);
    }

    @Override
    public String toString() {
      return message;
    }
  }

  static Stream<Example> examples() throws IOException {
    List<Example> examples = new ArrayList<>();
    for (var message : JSON.readTree(DOCUMENT).at("/components/messages").properties()) {
      String schema = message.getValue().at("/payload/$ref").asText().substring(1);
      for (JsonNode example : message.getValue().get("examples")) {
        examples.add(new Example(message.getKey(), schema, example.get("payload")));
      }
    }
    return examples.stream();
  }

  /** Every example, once without each of its fields. */
  static Stream<Example> examplesThatLackAField() throws IOException {
    return examples()
        .flatMap(
            example ->
                example.payload().properties().stream()
                    .map(Map.Entry::getKey)
                    .map(
                        field ->
                            new Example(
                                example.message(),
                                example.schema(),
                                ((ObjectNode) example.payload().deepCopy()).without(field))));
  }

  @Test
  void everyTopicIsDocumentedAndNoOther() throws IOException {
    List<String> documented = new ArrayList<>();
    JSON.readTree(DOCUMENT).get("channels").forEach(c -> documented.add(c.get("address").asText()));

    assertThat(documented)
        .containsExactlyInAnyOrderElementsOf(
            Arrays.stream(Topic.values()).map(Topic::topicName).toList());
  }

  @ParameterizedTest
  @MethodSource("examples")
  void everyExampleIsReadAndWrittenBackUnchanged(Example example) throws IOException {
    Object record = RecordJson.read(example.payload().toString(), example.type());

    assertThat(JSON.readTree(RecordJson.write(record))).isEqualTo(example.payload());
    assertThat(faults(example)).isEmpty();
  }

  @ParameterizedTest
  @MethodSource("examplesThatLackAField")
  void aFieldIsOptionalInBothOrInNeither(Example example) {
    boolean documentedAsOptional = faults(example).isEmpty();

    if (documentedAsOptional) {
      Object record = RecordJson.read(example.payload().toString(), example.type());
      assertThat(RecordJson.write(record)).doesNotContain("null");
    } else {
      assertThatThrownBy(() -> RecordJson.read(example.payload().toString(), example.type()))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageStartingWith("expected a " + example.type().getSimpleName());
    }
  }

  @ParameterizedTest
  @MethodSource("examples")
  void aFieldThatAReaderDoesNotKnowIsIgnored(Example example) {
    ObjectNode newer = example.payload().deepCopy();
    newer.put("addedLater", 1);

    assertThat(RecordJson.read(newer.toString(), example.type()))
        .isEqualTo(RecordJson.read(example.payload().toString(), example.type()));
  }

  @Test
  void aPlacementsKeyIsReadAndWrittenBack() throws IOException {
    PlacementRecord placement =
        RecordJson.read(
            examples()
                .filter(e -> e.message().equals("placement"))
                .findFirst()
                .orElseThrow()
                .payload()
                .toString(),
            PlacementRecord.class);

    PlacementKey key = placement.key();

    assertThat(key)
        .hasToString(
            "bafkzcibcpybkgmxp2bhckwice4jfwzkv4topsuysma66syieb7rnc5osa5sw2oa"
                + "/0x70997970c51812dc3a010c7d01b50e0d17dc79c8/fwss/12/7");
    assertThat(PlacementKey.of(key.toString())).isEqualTo(key);
  }

  @Test
  void numbersOfTheWrongFormAreRefused() {
    String usage =
        """
        {"dataSet":"fwss/12","countGeneration":1,"cdnBytes":%s,"cacheMissBytes":"0","asOf":5}\
        """;

    for (String wrong :
        List.of("\"-1\"", "\"1e3\"", "\"9223372036854775808\"", "\" 1\"", "\"\"", "1.5", "null")) {
      assertThatThrownBy(() -> RecordJson.read(usage.formatted(wrong), UsageRecord.class))
          .as(wrong)
          .isInstanceOf(IllegalArgumentException.class);
    }
    assertThat(RecordJson.read(usage.formatted("\"9223372036854775807\""), UsageRecord.class))
        .extracting(record -> record.cdnBytes().bytes())
        .isEqualTo(Long.MAX_VALUE);
  }

  private static List<String> faults(Example example) {
    return JsonSchemaFactory.getInstance(
            SpecVersion.VersionFlag.V202012,
            factory -> factory.schemaLoaders(l -> l.schemas(Map.of("urn:events", DOCUMENT))))
        .getSchema(SchemaLocation.of("urn:events#" + example.schema()))
        .validate(example.payload().toString(), InputFormat.JSON)
        .stream()
        .map(Object::toString)
        .toList();
  }

  private static String readDocument() {
    try {
      return new YAMLMapper()
          .readTree(Files.readString(Path.of("..", "..", "docs", "asyncapi.yaml")))
          .toString();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
