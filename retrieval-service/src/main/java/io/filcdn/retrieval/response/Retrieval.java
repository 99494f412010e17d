package io.filcdn.retrieval.response;

import io.filcdn.retrieval.access.AccessRequest;
import io.filcdn.retrieval.access.Grant;
import io.filcdn.retrieval.admission.Admission.Decision;
import io.filcdn.retrieval.admission.ClientLimits;
import io.filcdn.retrieval.delivery.Answers;
import io.filcdn.retrieval.delivery.Exchange;
import io.filcdn.retrieval.request.Client;
import io.filcdn.retrieval.request.ParsedRequest;
import io.filcdn.retrieval.request.TokenQuery;

/**
 * A request for a piece.
 *
 * @param place the client's share of the edge, for as long as the exchange lasts
 * @param grant the leave to fetch; anyone's, until it was asked for
 * @param elsewhere whether its key was used in another region within the hour
 */
public record Retrieval(
    Exchange exchange,
    Client client,
    ClientLimits.Place place,
    ParsedRequest.Retrieval request,
    Grant grant,
    boolean elsewhere) {

  /** A request of which it is not known yet who may fetch. */
  public Retrieval(
      Exchange exchange, Client client, ClientLimits.Place place, ParsedRequest.Retrieval request) {
    this(exchange, client, place, request, Grant.PUBLIC, false);
  }

  /** The same with leave to fetch. */
  public Retrieval granted(Grant leave, boolean seenElsewhere) {
    return new Retrieval(exchange, client, place, request, leave, seenElsewhere);
  }

  /** The question whether the client may fetch what was admitted. */
  public AccessRequest access(Decision.Admitted admitted) {
    return new AccessRequest(
        request.credential(),
        () -> TokenQuery.address(exchange.request()),
        client.address(),
        request.origin(),
        request.payer(),
        admitted);
  }

  /** The head of the response, where the request was admitted. */
  public Answers.Head head(Decision.Admitted admitted) {
    return new Answers.Head(
        admitted.piece(),
        admitted.dataSet(),
        request.pathStyle(),
        request.label().or(admitted::label),
        admitted.lastModified(),
        Answers.Caching.of(grant.byOrigin(), grant.restricted()));
  }
}
