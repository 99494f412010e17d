package io.filcdn.retrieval;

import io.filcdn.retrieval.admission.ClientLimits;
import io.filcdn.retrieval.delivery.Answers;
import io.filcdn.retrieval.delivery.Exchange;
import io.filcdn.retrieval.proof.ProofPath;
import io.filcdn.retrieval.refusal.Problem;
import io.filcdn.retrieval.refusal.Refusal;
import io.filcdn.retrieval.request.Client;
import io.filcdn.retrieval.request.ParsedRequest;
import io.filcdn.retrieval.request.RequestReader;
import io.filcdn.retrieval.request.TreeRequest;
import io.filcdn.retrieval.response.Retrieval;
import io.filcdn.retrieval.response.TreeResponses;
import io.filcdn.retrieval.server.RequestPath;

/** The router of public requests: each takes the path of what it asks for. */
record RequestRouter(
    RequestReader reader,
    RetrievalPath retrievals,
    ProofPath proofs,
    TreeResponses trees,
    Answers answers)
    implements RequestPath {

  @Override
  public void answer(Exchange exchange, Client client, ClientLimits.Place place) {
    // 1. parse the request
    switch (reader.read(exchange.request())) {
      case ParsedRequest.Retrieval request -> {
        exchange.asks(request.payer(), request.piece(), request.bot());
        retrievals.admit(new Retrieval(exchange, client, place, request));
      }
      case ParsedRequest.Proof request -> proofs.answer(exchange, client, request);
      case ParsedRequest.Tree(TreeRequest request) -> trees.answer(exchange, client, request);
      case ParsedRequest.Preflight preflight -> answers.preflight(exchange);
      case ParsedRequest.Welcome welcome -> answers.welcome(exchange);
      case ParsedRequest.Refused(Refusal refusal) -> answers.refuse(exchange, Problem.of(refusal));
    }
  }

  @Override
  public void ended(Exchange exchange, Client client) {
    retrievals.ended(exchange, client);
  }

  @Override
  public long fetches() {
    return retrievals.fetches();
  }
}
