package io.filcdn.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.filcdn.acceptance.Script.Outcome;
import io.filcdn.common.payment.DataSetId;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * A round trip of Filecoin's own SDK on a stack, as {@code clients/synapse} goes it: it checks what
 * it gets itself.
 *
 * @param dataSet that the SDK created
 * @param size of the piece that it fetched through the edge, in bytes
 * @param edgeUrl of that piece, as the SDK spells it
 */
record RoundTrip(DataSetId dataSet, long size, URI edgeUrl) {

  private static final Path SCRIPT =
      Path.of("../../clients/synapse/round-trip.sh").toAbsolutePath().normalize();
  private static final JsonMapper JSON = JsonMapper.builder().build();

  /** Goes it as a payer of its own. */
  static RoundTrip on(Stack stack) {
    Outcome outcome = Script.run(SCRIPT, Map.of(), List.of(stack.description().toString()));
    assertThat(outcome.exitCode()).as(outcome.text()).isZero();
    try {
      JsonNode told = JSON.readTree(outcome.lines().getLast());
      return new RoundTrip(
          DataSetId.of("fwss/" + told.path("dataSetId").asText()),
          told.path("size").asLong(),
          URI.create(told.path("edgeUrl").asText()));
    } catch (JacksonException e) {
      throw new AssertionError(outcome.text(), e);
    }
  }
}
