package io.filcdn.retrieval;

import io.filcdn.retrieval.access.AccessControl;
import io.filcdn.retrieval.access.Grant;
import io.filcdn.retrieval.access.KeySightings;
import io.filcdn.retrieval.access.Verdict;
import io.filcdn.retrieval.admission.Admission;
import io.filcdn.retrieval.admission.Admission.Decision;
import io.filcdn.retrieval.bytes.PieceBytes;
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
import io.filcdn.retrieval.response.HeadAnswers;
import io.filcdn.retrieval.response.PieceResponse;
import io.filcdn.retrieval.response.Reservations;
import io.filcdn.retrieval.response.ResponseBody;
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
    AccessControl access,
    KeySightings sightings,
    Reservations reservations,
    HeadAnswers heads,
    PieceCache cache,
    EgressMeter meter,
    Answers answers,
    SlowClientMonitor.Pace pace) {

  /** 2. may it be served, and who pays. */
  void admit(Retrieval retrieval) {
    ParsedRequest.Retrieval request = retrieval.request();
    switch (admission.admit(request.payer(), request.piece())) {
      case Decision.Admitted admitted -> authorize(retrieval, admitted);
      case Decision.Refused(Refusal refusal) -> refuse(retrieval.exchange(), refusal);
    }
  }

  /** 3. may this client fetch it, by what it shows. */
  private void authorize(Retrieval retrieval, Decision.Admitted admitted) {
    Exchange exchange = retrieval.exchange();
    access.check(
        retrieval.access(admitted),
        verdict ->
            exchange.resume(
                () -> {
                  switch (verdict) {
                    case Verdict.Granted(Decision.Admitted paid, Grant grant) ->
                        select(retrieval.granted(grant, sightings.isElsewhere(grant)), paid);
                    case Verdict.Refused(Problem problem) -> answers.refuse(exchange, problem);
                  }
                }));
  }

  /** 4. which bytes: the PieceCID tells the size, so nobody else has to be asked. */
  private void select(Retrieval retrieval, Decision.Admitted admitted) {
    Exchange exchange = retrieval.exchange();
    switch (Selection.of(
        retrieval.request().conditions(), admitted.piece(), admitted.lastModified())) {
      case Selection.NotModified same -> answers.notModified(exchange, retrieval.head(admitted));
      case Selection.PreconditionFailed other -> refuse(exchange, Refusal.PRECONDITION_FAILED);
      case Selection.Unsatisfiable none -> answers.unsatisfiable(exchange, admitted.piece());
      case Selection.Bytes bytes -> {
        ResponseBody body = ResponseBody.of(bytes, retrieval.head(admitted), cache);
        cache.prepare(
            admitted.piece(),
            admitted.origins(),
            body.ranges(),
            () -> exchange.orAbandon(() -> prepare(retrieval, admitted, body)));
      }
    }
  }

  private void prepare(Retrieval retrieval, Decision.Admitted admitted, ResponseBody body) {
    if (retrieval.request().headOnly()) {
      heads.answer(retrieval, admitted, body);
    } else {
      reservations.prepare(
          retrieval, admitted, body, (paid, hold) -> reserve(retrieval, paid, hold, body));
    }
  }

  /** 5. is there room for it: in the journal, in the client's share, in what is paid for. */
  private void reserve(
      Retrieval retrieval, Decision.Admitted paid, Quota.Hold hold, ResponseBody body) {
    Reservations.Outcome outcome;
    try {
      outcome = reservations.reserve(retrieval, paid, hold, body);
    } finally {
      // what a fill needs of it, the fill claims itself
      hold.release();
    }
    switch (outcome) {
      case Reservations.Outcome.Refused(Problem problem) ->
          answers.refuse(retrieval.exchange(), problem);
      case Reservations.Outcome.Reserved(Optional<FillCharge> charge) ->
          serve(retrieval, paid, body, charge);
    }
  }

  private void serve(
      Retrieval retrieval, Decision.Admitted paid, ResponseBody body, Optional<FillCharge> charge) {
    // 6. where the bytes are: on the disk, or on their way from a provider
    Optional<String> bot = retrieval.request().bot();
    FillContext context = new FillContext(paid.origins(), bot, charge);
    PieceCache.Opened opened = open(retrieval, paid, body, context);
    // 7. count them
    String country = retrieval.client().country();
    EgressKey key =
        new EgressKey(
            paid.dataSet(),
            opened.outcome(),
            "2xx",
            country,
            bot,
            retrieval.grant().key(),
            retrieval.grant().caps(paid.dataSet()));
    ResponseTally tally =
        meter.open(retrieval.request().payer(), key, body.length(), opened.unverified(), charge);
    PieceResponse response = new PieceResponse(answers, cache, retrieval, paid, body);
    PieceBytes bytes = response.opened(opened, context, tally);
    // 8. send them
    new ResponseWriter(retrieval.exchange(), response, bytes, tally, pace).start(opened.outcome());
  }

  private PieceCache.Opened open(
      Retrieval retrieval, Decision.Admitted paid, ResponseBody body, FillContext context) {
    try {
      return cache.open(paid.piece(), context, body.ranges());
    } catch (RuntimeException e) {
      reservations.giveBack(retrieval, paid, body, context.charge());
      throw e;
    }
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

  private void refuse(Exchange exchange, Refusal refusal) {
    answers.refuse(exchange, Problem.of(refusal));
  }
}
