package io.filcdn.retrieval.proof;

import io.filcdn.common.piece.PieceCid;
import io.filcdn.common.proof.RangeProof;
import io.filcdn.retrieval.access.AccessControl;
import io.filcdn.retrieval.access.AccessRequest;
import io.filcdn.retrieval.access.Grant;
import io.filcdn.retrieval.access.Verdict;
import io.filcdn.retrieval.admission.Admission;
import io.filcdn.retrieval.admission.Admission.Decision;
import io.filcdn.retrieval.admission.WorkLimits;
import io.filcdn.retrieval.delivery.Answers;
import io.filcdn.retrieval.delivery.Exchange;
import io.filcdn.retrieval.delivery.ProofAnswer;
import io.filcdn.retrieval.refusal.Problem;
import io.filcdn.retrieval.refusal.Refusal;
import io.filcdn.retrieval.request.Client;
import io.filcdn.retrieval.request.ParsedRequest;
import io.filcdn.retrieval.request.ProofSelection;
import io.filcdn.retrieval.request.TokenQuery;
import io.vertx.core.AsyncResult;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.WorkerExecutor;
import io.vertx.core.buffer.Buffer;
import java.util.List;
import java.util.Optional;
import org.jboss.logging.Logger;

/**
 * The path of a request for a proof. It is admitted as one for the piece would be, and then free:
 * its bytes are the edge's own, not the piece's, and at most 4 KiB. Runs on the connection's event
 * loop and never blocks it.
 */
public final class ProofPath {

  private static final Logger LOG = Logger.getLogger(ProofPath.class);

  private final Admission admission;
  private final AccessControl access;
  private final WorkLimits limits;
  private final PieceProver prover;
  private final WorkerExecutor hashers;
  private final Answers answers;

  /**
   * @param hashers where bytes are hashed for proofs of small groups
   */
  public ProofPath(
      Admission admission,
      AccessControl access,
      WorkLimits limits,
      PieceProver prover,
      WorkerExecutor hashers,
      Answers answers) {
    this.admission = admission;
    this.access = access;
    this.limits = limits;
    this.prover = prover;
    this.hashers = hashers;
    this.answers = answers;
  }

  /** Answers a request. */
  public void answer(Exchange exchange, Client client, ParsedRequest.Proof request) {
    switch (admission.admit(request.payer(), request.piece())) {
      case Decision.Admitted admitted -> authorize(exchange, client, request, admitted);
      case Decision.Refused(Refusal refusal) -> answers.refuse(exchange, Problem.of(refusal));
    }
  }

  private void authorize(
      Exchange exchange, Client client, ParsedRequest.Proof request, Decision.Admitted admitted) {
    AccessRequest asked =
        new AccessRequest(
            request.credential(),
            () -> TokenQuery.address(exchange.request()),
            client.address(),
            request.origin(),
            request.payer(),
            admitted);
    access.check(
        asked,
        verdict ->
            exchange.resume(
                () -> {
                  switch (verdict) {
                    case Verdict.Granted(Decision.Admitted paid, Grant grant) ->
                        select(exchange, client, request, paid.piece(), grant);
                    case Verdict.Refused(Problem problem) -> answers.refuse(exchange, problem);
                  }
                }));
  }

  private void select(
      Exchange exchange, Client client, ParsedRequest.Proof request, PieceCid piece, Grant grant) {
    Answers.Caching caching = Answers.Caching.of(grant.byOrigin(), grant.restricted());
    switch (ProofSelection.of(request.query(), request.conditions(), piece)) {
      case ProofSelection.Malformed(String detail) ->
          answers.refuse(exchange, new Problem(Refusal.PROOF_MALFORMED, List.of(detail)));
      case ProofSelection.Unsatisfiable none -> answers.unsatisfiable(exchange, piece);
      case ProofSelection.PreconditionFailed other ->
          answers.refuse(exchange, Problem.of(Refusal.PRECONDITION_FAILED));
      case ProofSelection.NotModified(String etag) ->
          ProofAnswer.notModified(exchange, etag, caching);
      case ProofSelection.Groups groups ->
          prove(client, groups, new Asked(exchange, caching, request.headOnly()));
    }
  }

  /** A request that is about to be answered with a proof. */
  private record Asked(Exchange exchange, Answers.Caching caching, boolean headOnly) {}

  private void prove(Client client, ProofSelection.Groups groups, Asked asked) {
    Future<PieceProver.Outcome> making;
    if (groups.areSmall()) {
      Optional<Problem> tooMany = limits.enter(client.networks());
      if (tooMany.isPresent()) {
        answers.refuse(asked.exchange, tooMany.get());
        return;
      }
      making =
          hashers
              .executeBlocking(() -> prover.prove(groups), false)
              .onComplete(made -> limits.leave(client.networks()));
    } else {
      making = Vertx.currentContext().executeBlocking(() -> prover.prove(groups), false);
    }
    making.onComplete(made -> answer(asked, groups, made));
  }

  private void answer(
      Asked asked, ProofSelection.Groups groups, AsyncResult<PieceProver.Outcome> made) {
    Exchange exchange = asked.exchange;
    if (made.failed()) {
      LOG.errorf(made.cause(), "a proof of piece %s is not made", groups.piece());
    }
    if (made.failed() || exchange.request().response().closed()) {
      exchange.abandon();
      return;
    }
    switch (made.result()) {
      case PieceProver.Outcome.Proved(RangeProof proof) ->
          ProofAnswer.send(
              exchange,
              groups.etag(),
              asked.caching,
              groups.range(),
              Buffer.buffer(proof.bytes()),
              asked.headOnly);
      case PieceProver.Outcome.Refused(Refusal refusal) ->
          answers.refuse(exchange, Problem.of(refusal));
    }
  }
}
