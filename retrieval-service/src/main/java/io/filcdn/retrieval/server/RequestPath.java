package io.filcdn.retrieval.server;

import io.filcdn.retrieval.admission.ClientLimits;
import io.filcdn.retrieval.delivery.Exchange;
import io.filcdn.retrieval.request.Client;

/** The path of a request behind the server that lets it in. */
public interface RequestPath {

  /** Answers a request that was let in. */
  void answer(Exchange exchange, Client client, ClientLimits.Place place);

  /** Takes note of a request that has ended. */
  void ended(Exchange exchange, Client client);

  /** The number of fetches from providers that are under way. */
  long fetches();
}
