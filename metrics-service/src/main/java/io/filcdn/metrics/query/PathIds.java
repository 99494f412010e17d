package io.filcdn.metrics.query;

import io.filcdn.common.chain.Address;
import io.filcdn.common.network.Network;
import io.filcdn.common.payment.DataSetId;
import io.filcdn.common.payment.ProviderId;
import io.filcdn.service.problem.HttpProblem;
import jakarta.ws.rs.WebApplicationException;

/**
 * The data sets, payers and providers that paths name. A data set's id is a number of the current
 * generation, or {@code generation/number}.
 */
final class PathIds {

  private PathIds() {}

  static DataSetId dataSet(String text, Network network) {
    return RequestValues.parsed("data-set", id -> DataSetId.of(id, network.generation()), text);
  }

  static Address payer(String text) {
    return RequestValues.parsed("payer", Address::of, text);
  }

  /** A provider, by its number in the current generation or with a generation. */
  static ProviderId provider(String text, Network network) {
    return RequestValues.parsed(
        "provider",
        ProviderId::of,
        text.indexOf('/') < 0 ? network.generation() + "/" + text : text);
  }

  /** A problem: {@code named} is of the right form, and nobody has it. */
  static WebApplicationException unknown(String what, Object named) {
    return HttpProblem.unknown(
        what, "the %s %s is unknown".formatted(what.replace('-', ' '), named));
  }
}
