package io.filcdn.retrieval;

import io.filcdn.common.piece.PieceCid;
import io.filcdn.retrieval.admission.Admission.Decision;
import io.filcdn.retrieval.admission.ClientLimits;
import io.filcdn.retrieval.cache.Lead;
import io.filcdn.retrieval.cache.PieceCache;
import io.filcdn.retrieval.delivery.Answers;
import io.filcdn.retrieval.delivery.Exchange;
import io.filcdn.retrieval.delivery.Problem;
import io.filcdn.retrieval.delivery.Refusal;
import io.filcdn.retrieval.delivery.Transfer;
import io.filcdn.retrieval.request.Asked;
import io.filcdn.retrieval.request.Client;
import io.filcdn.retrieval.request.Selection;
import io.filcdn.retrieval.usage.EgressKey;
import io.filcdn.retrieval.usage.FillCharge;
import io.filcdn.retrieval.usage.Quota;
import io.filcdn.retrieval.usage.ResponseTally;
import java.util.Optional;

/**
 * The path of a byte, from a request to a client's socket. The steps are those of {@code
 * docs/architecture.md}; each is a call into the next room. Runs on the connection's event loop and
 * never blocks it.
 */
final class RetrievalPath {

  private final Rooms rooms;

  RetrievalPath(Rooms rooms) {
    this.rooms = rooms;
  }

  /** Answers a request that was let in. */
  void answer(Exchange exchange, Client client, ClientLimits.Place place) {
    // 1. what is asked
    switch (rooms.reader().read(exchange.request())) {
      case Asked.Retrieval asked -> {
        exchange.asks(asked.payer(), asked.piece(), asked.bot());
        admit(new Retrieval(exchange, client, place, asked));
      }
      case Asked.Preflight preflight -> rooms.answers().preflight(exchange);
      case Asked.Welcome welcome -> rooms.answers().welcome(exchange);
      case Asked.Refused(Refusal refusal) -> refuse(exchange, refusal);
    }
  }

  /** Tells the rooms of a request that has ended. */
  void ended(Exchange exchange, Client client) {
    if (exchange.acceptedBytes() > 0 && exchange.dataSet().isPresent()) {
      rooms.misses().took(client.networks(), exchange.dataSet().get(), exchange.acceptedBytes());
    }
  }

  /** How many fetches from providers are under way. */
  long fetches() {
    return rooms.cache().underWay();
  }

  /** A request for a piece. */
  record Retrieval(
      Exchange exchange, Client client, ClientLimits.Place place, Asked.Retrieval asked) {}

  private void admit(Retrieval retrieval) {
    // 2. may it be served, and who pays
    switch (rooms.admission().admit(retrieval.asked.payer(), retrieval.asked.piece())) {
      case Decision.Admitted admitted -> select(retrieval, admitted);
      case Decision.Refused(Refusal refusal) -> refuse(retrieval.exchange, refusal);
    }
  }

  private void select(Retrieval retrieval, Decision.Admitted admitted) {
    // 3. which bytes: the PieceCID tells the size, so nobody else has to be asked
    Asked.Retrieval asked = retrieval.asked;
    PieceCid piece = admitted.piece();
    Answers.Head head = head(retrieval, admitted);
    switch (Selection.of(asked.conditions(), piece)) {
      case Selection.NotModified same -> rooms.answers().notModified(retrieval.exchange, head);
      case Selection.PreconditionFailed other ->
          refuse(retrieval.exchange, Refusal.PRECONDITION_FAILED);
      case Selection.Unsatisfiable none -> rooms.answers().unsatisfiable(retrieval.exchange, head);
      case Selection.Bytes bytes -> {
        if (asked.headOnly()) {
          new PieceResponse(rooms, retrieval, head, bytes.range(), bytes.partial()).answerHead();
        } else {
          prepare(retrieval, admitted, bytes, false);
        }
      }
    }
  }

  private void prepare(
      Retrieval retrieval, Decision.Admitted admitted, Selection.Bytes selected, boolean again) {
    rooms
        .reservations()
        .prepare(
            retrieval,
            admitted,
            selected.range().length(),
            hold -> {
              try {
                Decision.Admitted paid = rooms.admission().paidAnew(admitted);
                if (!again && !paid.dataSet().equals(admitted.dataSet())) {
                  // only now it is known that another has more left
                  prepare(retrieval, paid, selected, true);
                  return;
                }
                Answers.Head head = head(retrieval, admitted);
                reserve(
                    retrieval,
                    admitted,
                    hold,
                    new PieceResponse(
                        rooms, retrieval, head, selected.range(), selected.partial()));
              } finally {
                hold.release();
              }
            });
  }

  private static Answers.Head head(Retrieval retrieval, Decision.Admitted admitted) {
    Asked.Retrieval asked = retrieval.asked;
    return new Answers.Head(
        admitted.piece(), admitted.dataSet(), asked.pathStyle(), asked.filename());
  }

  private void reserve(
      Retrieval retrieval, Decision.Admitted admitted, Quota.Hold hold, PieceResponse response) {
    // 4. is there room for it: in the journal, in the client's share, in what is paid for
    Reservations.Outcome outcome =
        rooms.reservations().reserve(retrieval, admitted, hold, response.range().length());
    // what a fill needs of it, the fill claims itself
    hold.release();
    switch (outcome) {
      case Reservations.Outcome.Refused(Problem problem) ->
          rooms.answers().refuse(retrieval.exchange, problem);
      case Reservations.Outcome.Reserved(Optional<FillCharge> charge) ->
          serve(retrieval, admitted, response, charge);
    }
  }

  private void serve(
      Retrieval retrieval,
      Decision.Admitted admitted,
      PieceResponse response,
      Optional<FillCharge> charge) {
    // 5. where the bytes are: on the disk, or on their way from a provider
    Lead lead = new Lead(admitted.origins(), retrieval.asked.bot(), charge);
    PieceCache.Opened opened = rooms.cache().open(admitted.piece(), lead, response.range());
    // 6. count them, 7. send them
    EgressKey key =
        new EgressKey(
            admitted.dataSet(),
            opened.outcome(),
            "2xx",
            retrieval.client.country(),
            retrieval.asked.bot());
    ResponseTally tally =
        rooms.meter().open(key, response.range().length(), opened.unverified(), charge);
    response.opened(opened, lead, tally);
    new Transfer(retrieval.exchange, response, opened.bytes(), tally, rooms.pace())
        .start(opened.outcome());
  }

  private void refuse(Exchange exchange, Refusal refusal) {
    rooms.answers().refuse(exchange, Problem.of(refusal));
  }
}
