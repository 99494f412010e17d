package io.filcdn.retrieval.response;

import io.filcdn.retrieval.admission.ClientLimits;
import io.filcdn.retrieval.delivery.Exchange;
import io.filcdn.retrieval.request.Client;
import io.filcdn.retrieval.request.ParsedRequest;

/**
 * A request for a piece.
 *
 * @param place the client's share of the edge, for as long as the exchange lasts
 */
public record Retrieval(
    Exchange exchange, Client client, ClientLimits.Place place, ParsedRequest.Retrieval request) {}
