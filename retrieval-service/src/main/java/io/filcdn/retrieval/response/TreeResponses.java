package io.filcdn.retrieval.response;

import io.filcdn.common.proof.PieceTree;
import io.filcdn.retrieval.admission.Admission;
import io.filcdn.retrieval.admission.TreeLimits;
import io.filcdn.retrieval.delivery.Answers;
import io.filcdn.retrieval.delivery.Exchange;
import io.filcdn.retrieval.refusal.Problem;
import io.filcdn.retrieval.refusal.Refusal;
import io.filcdn.retrieval.request.Client;
import io.filcdn.retrieval.request.RequestBody;
import io.filcdn.retrieval.request.TreeRequest;
import io.filcdn.retrieval.request.TreeRequestReader;
import io.filcdn.retrieval.tree.TreeOffer;
import io.filcdn.retrieval.tree.TreeStore;
import io.vertx.core.Vertx;
import io.vertx.core.WorkerExecutor;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.jboss.logging.Logger;

/**
 * The responses to requests on trees. A tree proves itself, so anyone may put one: it is checked,
 * kept, and told to other edges. What cannot be kept is refused before its body is read, and no
 * event loop hashes.
 */
public final class TreeResponses {

  private static final Logger LOG = Logger.getLogger(TreeResponses.class);

  private final Admission admission;
  private final TreeLimits limits;
  private final TreeStore trees;
  private final WorkerExecutor workers;
  private final Answers answers;
  private final Duration patience;

  /**
   * @param workers where trees are read and checked
   * @param patience how long the body of a request may take
   */
  public TreeResponses(
      Admission admission,
      TreeLimits limits,
      TreeStore trees,
      WorkerExecutor workers,
      Answers answers,
      Duration patience) {
    this.admission = admission;
    this.limits = limits;
    this.trees = trees;
    this.workers = workers;
    this.answers = answers;
    this.patience = patience;
  }

  /** Answers a request. */
  public void answer(Exchange exchange, Client client, TreeRequest request) {
    switch (request) {
      case TreeRequest.OfPiece asked -> admit(exchange, client, asked);
      case TreeRequest.Refused(Problem problem) -> answers.refuse(exchange, problem);
    }
  }

  private void admit(Exchange exchange, Client client, TreeRequest.OfPiece asked) {
    Optional<Refusal> refusal =
        admission.treeRefusal(asked.piece()).or(() -> limits.begin(client.networks()));
    if (refusal.isPresent()) {
      answers.refuse(exchange, Problem.of(refusal.get()));
      return;
    }
    Admitted admitted = new Admitted(exchange, client, asked);
    switch (asked) {
      case TreeRequest.Get get -> admitted.find();
      case TreeRequest.Put put -> admitted.take();
    }
  }

  /** A request that was admitted; it is answered once. Confined to its event loop. */
  private final class Admitted {

    private final Exchange exchange;
    private final Client client;
    private final TreeRequest.OfPiece asked;

    Admitted(Exchange exchange, Client client, TreeRequest.OfPiece asked) {
      this.exchange = exchange;
      this.client = client;
      this.asked = asked;
    }

    void find() {
      workers
          .executeBlocking(() -> trees.find(asked.piece()), false)
          .onSuccess(
              found ->
                  found.ifPresentOrElse(
                      tree -> answer(() -> answers.tree(exchange, tree.bytes())),
                      () -> refuse(unknown())))
          .onFailure(this::failed);
    }

    private Problem unknown() {
      return TreeStore.hasNone(asked.piece())
          ? new Problem(Refusal.TREE_UNKNOWN, List.of("a piece of one group needs none"))
          : Problem.of(Refusal.TREE_UNKNOWN);
    }

    void take() {
      // its body waits until it is known to be wanted
      exchange.request().pause();
      workers
          .executeBlocking(() -> trees.knows(asked.piece()), false)
          .onSuccess(
              known -> {
                if (known) {
                  answer(() -> answers.taken(exchange, false));
                } else {
                  read();
                }
              })
          .onFailure(this::failed);
    }

    private void read() {
      RequestBody.read(
          Vertx.currentContext().owner(),
          exchange.request(),
          PieceTree.size(asked.piece()),
          patience,
          this::came);
      exchange.request().resume();
    }

    private void came(RequestBody.Outcome body) {
      switch (body) {
        case RequestBody.Outcome.Whole whole -> check(whole.bytes().getBytes());
        case RequestBody.Outcome.TooLarge(long bytes) ->
            refuse(TreeRequestReader.wrongLength(PieceTree.size(asked.piece()), bytes));
        case RequestBody.Outcome.TooSlow _ -> refuse(Problem.of(Refusal.BODY_TOO_SLOW));
        case RequestBody.Outcome.Unreadable _ -> refuse(Problem.of(Refusal.REQUEST_UNREADABLE));
        case RequestBody.Outcome.Left _ -> answer(exchange::abandon);
      }
    }

    private void check(byte[] hashes) {
      workers
          .executeBlocking(() -> trees.offered(asked.piece(), hashes), false)
          .onSuccess(
              offer -> {
                switch (offer) {
                  case TreeOffer.Kept(boolean first) ->
                      answer(() -> answers.taken(exchange, first));
                  case TreeOffer.Wrong(String difference) ->
                      refuse(new Problem(Refusal.TREE_WRONG, List.of(difference)));
                  case TreeOffer.Full _ -> refuse(Problem.of(Refusal.CACHE_UNAVAILABLE));
                }
              })
          .onFailure(this::failed);
    }

    private void failed(Throwable failure) {
      LOG.errorf(failure, "the tree of piece %s is neither kept nor told", asked.piece());
      refuse(Problem.of(Refusal.CACHE_UNAVAILABLE));
    }

    private void refuse(Problem problem) {
      answer(() -> answers.refuse(exchange, problem));
    }

    private void answer(Runnable how) {
      limits.end(client.networks());
      if (exchange.request().response().closed()) {
        exchange.abandon();
      } else {
        how.run();
      }
    }
  }
}
