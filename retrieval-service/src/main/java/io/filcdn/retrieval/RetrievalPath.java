package io.filcdn.retrieval;

import io.filcdn.retrieval.admission.Admission;
import io.filcdn.retrieval.admission.Admission.Decision;
import io.filcdn.retrieval.cache.FillContext;
import io.filcdn.retrieval.cache.PieceCache;
import io.filcdn.retrieval.delivery.Answers;
import io.filcdn.retrieval.delivery.Exchange;
import io.filcdn.retrieval.delivery.ResponseWriter;
import io.filcdn.retrieval.delivery.SlowClientMonitor;
import io.filcdn.retrieval.refusal.Problem;
import io.filcdn.retrieval.refusal.Refusal;
import io.filcdn.retrieval.request.Client;
import io.filcdn.retrieval.request.ParsedRequest;
import io.filcdn.retrieval.request.Selection;
import io.filcdn.retrieval.response.PieceResponse;
import io.filcdn.retrieval.response.Reservations;
import io.filcdn.retrieval.response.Retrieval;
import io.filcdn.retrieval.usage.EgressKey;
import io.filcdn.retrieval.usage.EgressMeter;
import io.filcdn.retrieval.usage.FillCharge;
import io.filcdn.retrieval.usage.Quota;
import io.filcdn.retrieval.usage.ResponseTally;
import java.util.Optional;

/**
 * The path of a byte, from a request that the {@link RequestRouter} has parsed to a client's
 * socket. The steps are those of {@code docs/architecture.md}; each is a call into the next room.
 * Runs on the connection's event loop and never blocks it.
 */
record RetrievalPath(
    Admission admission,
    Reservations reservations,
    PieceCache cache,
    EgressMeter meter,
    Answers answers,
    SlowClientMonitor.Pace pace) {

  /** 2. may it be served, and who pays. */
  void admit(Retrieval retrieval) {
    ParsedRequest.Retrieval request = retrieval.request();
    switch (admission.admit(request.payer(), request.piece())) {
      case Decision.Admitted admitted -> select(retrieval, admitted);
      case Decision.Refused(Refusal refusal) -> refuse(retrieval.exchange(), refusal);
    }
  }

  /** 3. which bytes: the PieceCID tells the size, so nobody else has to be asked. */
  private void select(Retrieval retrieval, Decision.Admitted admitted) {
    Exchange exchange = retrieval.exchange();
    switch (Selection.of(retrieval.request().conditions(), admitted.piece())) {
      case Selection.NotModified same -> answers.notModified(exchange, head(retrieval, admitted));
      case Selection.PreconditionFailed other -> refuse(exchange, Refusal.PRECONDITION_FAILED);
      case Selection.Unsatisfiable none -> answers.unsatisfiable(exchange, admitted.piece());
      case Selection.Bytes bytes when retrieval.request().headOnly() ->
          response(retrieval, admitted, bytes).answerHead();
      case Selection.Bytes bytes ->
          cache.prepare(
              admitted.piece(),
              bytes.range(),
              () ->
                  reservations.prepare(
                      retrieval,
                      admitted,
                      bytes.range(),
                      (paid, hold) -> reserve(retrieval, paid, hold, bytes)));
    }
  }

  /** 4. is there room for it: in the journal, in the client's share, in what is paid for. */
  private void reserve(
      Retrieval retrieval, Decision.Admitted paid, Quota.Hold hold, Selection.Bytes bytes) {
    Reservations.Outcome outcome;
    try {
      outcome = reservations.reserve(retrieval, paid, hold, bytes.range());
    } finally {
      // what a fill needs of it, the fill claims itself
      hold.release();
    }
    switch (outcome) {
      case Reservations.Outcome.Refused(Problem problem) ->
          answers.refuse(retrieval.exchange(), problem);
      case Reservations.Outcome.Reserved(Optional<FillCharge> charge) ->
          serve(retrieval, paid, response(retrieval, paid, bytes), charge);
    }
  }

  private void serve(
      Retrieval retrieval,
      Decision.Admitted paid,
      PieceResponse response,
      Optional<FillCharge> charge) {
    // 5. where the bytes are: on the disk, or on their way from a provider
    Optional<String> bot = retrieval.request().bot();
    FillContext context = new FillContext(paid.origins(), bot, charge);
    PieceCache.Opened opened = cache.open(paid.piece(), context, response.range());
    // 6. count them
    String country = retrieval.client().country();
    EgressKey key = new EgressKey(paid.dataSet(), opened.outcome(), "2xx", country, bot);
    ResponseTally tally = meter.open(key, response.range().length(), opened.unverified(), charge);
    response.opened(opened, context, tally);
    // 7. send them
    new ResponseWriter(retrieval.exchange(), response, opened.bytes(), tally, pace)
        .start(opened.outcome());
  }

  /** Takes note of a request that has ended. */
  void ended(Exchange exchange, Client client) {
    if (exchange.acceptedBytes() > 0 && exchange.dataSet().isPresent()) {
      reservations.took(client, exchange.dataSet().get(), exchange.acceptedBytes());
    }
  }

  /** The number of fetches from providers that are under way. */
  long fetches() {
    return cache.underWay();
  }

  private PieceResponse response(
      Retrieval retrieval, Decision.Admitted admitted, Selection.Bytes bytes) {
    Answers.Head head = head(retrieval, admitted);
    return new PieceResponse(answers, cache, retrieval, head, bytes);
  }

  private static Answers.Head head(Retrieval retrieval, Decision.Admitted admitted) {
    ParsedRequest.Retrieval request = retrieval.request();
    return new Answers.Head(
        admitted.piece(), admitted.dataSet(), request.pathStyle(), request.filename());
  }

  private void refuse(Exchange exchange, Refusal refusal) {
    answers.refuse(exchange, Problem.of(refusal));
  }
}
