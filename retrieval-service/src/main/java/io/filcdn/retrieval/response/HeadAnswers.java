package io.filcdn.retrieval.response;

import io.filcdn.common.piece.PieceCid;
import io.filcdn.retrieval.admission.Admission.Decision;
import io.filcdn.retrieval.cache.FillOutcome;
import io.filcdn.retrieval.cache.PieceCache;
import io.filcdn.retrieval.delivery.Answers;
import io.filcdn.retrieval.delivery.Exchange;
import io.filcdn.retrieval.origin.PieceProbes;
import io.filcdn.retrieval.refusal.Problem;
import io.filcdn.retrieval.usage.Quota;
import java.util.Optional;

/**
 * The answers to HEAD: 200 only where a GET would be served, as far as that can be told without a
 * fetch. Clients choose by them where to fetch from, and do not come back.
 */
public final class HeadAnswers {

  private final Answers answers;
  private final Reservations reservations;
  private final PieceCache cache;
  private final PieceProbes probes;

  public HeadAnswers(
      Answers answers, Reservations reservations, PieceCache cache, PieceProbes probes) {
    this.answers = answers;
    this.reservations = reservations;
    this.cache = cache;
    this.probes = probes;
  }

  /** Answers a request that was admitted. */
  public void answer(Retrieval retrieval, Decision.Admitted admitted, ResponseBody body) {
    reservations.prepare(
        retrieval,
        admitted,
        body,
        (paid, hold) -> {
          Optional<Problem> refusal = refusal(retrieval, paid, hold, body);
          PieceCid piece = paid.piece();
          // the PieceCID tells all of an empty piece
          boolean decided =
              body.length() == 0 || !cache.isCold(piece, paid.origins(), body.ranges());
          if (refusal.isPresent() || decided) {
            answer(retrieval, paid, body, refusal);
          } else {
            probes.ask(
                piece,
                paid.origins(),
                cache.toFetch(piece, body.ranges()),
                failures -> answer(retrieval, paid, body, failures.map(FillOutcome::of)));
          }
        });
  }

  private Optional<Problem> refusal(
      Retrieval retrieval, Decision.Admitted paid, Quota.Hold hold, ResponseBody body) {
    try {
      return reservations.refusal(retrieval, paid, hold, body);
    } finally {
      hold.release();
    }
  }

  private void answer(
      Retrieval retrieval, Decision.Admitted paid, ResponseBody body, Optional<Problem> refusal) {
    Exchange exchange = retrieval.exchange();
    if (exchange.request().response().closed()) {
      exchange.abandon();
    } else if (refusal.isPresent()) {
      answers.refuse(exchange, refusal.get());
    } else {
      new PieceResponse(answers, cache, retrieval, paid, body).answerHead();
    }
  }
}
