package io.filcdn.retrieval.response;

import io.filcdn.retrieval.admission.Admission.Decision;
import io.filcdn.retrieval.admission.ClientLimits;
import io.filcdn.retrieval.delivery.Answers;
import io.filcdn.retrieval.delivery.Exchange;
import io.filcdn.retrieval.request.Client;
import io.filcdn.retrieval.request.ParsedRequest;

/**
 * A request for a piece.
 *
 * @param place the client's share of the edge, for as long as the exchange lasts
 */
public record Retrieval(
    Exchange exchange, Client client, ClientLimits.Place place, ParsedRequest.Retrieval request) {

  /** The head of the response, where the request was admitted. */
  public Answers.Head head(Decision.Admitted admitted) {
    return new Answers.Head(
        admitted.piece(),
        admitted.dataSet(),
        request.pathStyle(),
        request.label().or(admitted::label),
        admitted.lastModified());
  }
}
