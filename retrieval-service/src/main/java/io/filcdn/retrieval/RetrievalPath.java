package io.filcdn.retrieval;

import io.filcdn.common.egress.CacheOutcome;
import io.filcdn.common.piece.PieceCid;
import io.filcdn.retrieval.admission.Admission;
import io.filcdn.retrieval.cache.PieceCache;
import io.filcdn.retrieval.delivery.ByteRange;
import io.filcdn.retrieval.delivery.Delivery;
import io.filcdn.retrieval.delivery.Refusal;
import io.filcdn.retrieval.request.Asked;
import io.filcdn.retrieval.request.RequestReader;
import io.filcdn.retrieval.request.Selection;
import io.filcdn.retrieval.usage.EgressKey;
import io.filcdn.retrieval.usage.EgressMeter;
import io.filcdn.retrieval.usage.ResponseTally;
import io.filcdn.retrieval.usage.UsageFlush;
import io.vertx.core.http.HttpServerRequest;
import java.io.UncheckedIOException;
import org.jboss.logging.Logger;

/**
 * The path of a byte, from a request to a client's socket. The steps are those of {@code
 * docs/architecture.md}; each is a call into the next room.
 */
public final class RetrievalPath {

  private static final Logger LOG = Logger.getLogger(RetrievalPath.class);

  /** The client's country, until something tells it. */
  private static final String UNKNOWN_COUNTRY = "ZZ";

  private final RequestReader reader;
  private final Admission admission;
  private final UsageFlush usage;
  private final PieceCache cache;
  private final EgressMeter meter;

  public RetrievalPath(
      RequestReader reader,
      Admission admission,
      UsageFlush usage,
      PieceCache cache,
      EgressMeter meter) {
    this.reader = reader;
    this.admission = admission;
    this.usage = usage;
    this.cache = cache;
    this.meter = meter;
  }

  /** Answers a request. Runs on its connection's event loop and never blocks it. */
  public void handle(HttpServerRequest request) {
    // 1. what is asked
    switch (reader.read(request)) {
      case Asked.Retrieval asked -> admit(request, asked);
      case Asked.Preflight preflight -> Delivery.preflight(request);
      case Asked.Welcome welcome -> Delivery.welcome(request);
      case Asked.Refused(Refusal refusal) -> Delivery.refuse(request, refusal);
    }
  }

  private void admit(HttpServerRequest request, Asked.Retrieval asked) {
    // 2. may it be served, and who pays
    switch (admission.admit(asked.payer(), asked.piece())) {
      case Admission.Decision.Admitted admitted -> select(request, asked, admitted);
      case Admission.Decision.Refused(Refusal refusal) -> {
        LOG.debugf("%s of %s: %s", asked.piece(), asked.payer(), refusal.code());
        Delivery.refuse(request, refusal);
      }
    }
  }

  private void select(
      HttpServerRequest request, Asked.Retrieval asked, Admission.Decision.Admitted admitted) {
    // 3. which bytes: the PieceCID tells the size, so nobody else has to be asked
    PieceCid piece = admitted.piece();
    Delivery.Head head = new Delivery.Head(piece, admitted.dataSet(), asked.pathStyle());
    switch (Selection.of(asked.conditions(), piece)) {
      case Selection.NotModified same -> Delivery.notModified(request, head);
      case Selection.Unsatisfiable none -> Delivery.unsatisfiable(request, head);
      case Selection.Bytes(ByteRange range, boolean partial) -> {
        if (asked.headOnly()) {
          Delivery.sendHead(request, head, range, partial);
        } else if (!usage.canRecord()) {
          Delivery.refuse(request, Refusal.CANNOT_RECORD);
        } else {
          serve(request, head, range, partial, admitted);
        }
      }
    }
  }

  private void serve(
      HttpServerRequest request,
      Delivery.Head head,
      ByteRange range,
      boolean partial,
      Admission.Decision.Admitted admitted) {
    // 4. where the bytes are: on the disk, or on their way from a provider
    PieceCache.Opened opened;
    try {
      opened = cache.open(head.piece(), admitted.origins());
    } catch (UncheckedIOException e) {
      LOG.errorf(e, "the cache cannot begin a fill");
      Delivery.refuse(request, Refusal.CACHE_UNAVAILABLE);
      return;
    }
    // 5. count them, 6. send them
    ResponseTally tally = meter.open(egressKey(head, opened.outcome()), opened.unverified());
    Delivery.send(request, head, range, partial, opened.bytes(), opened.outcome(), tally);
  }

  private static EgressKey egressKey(Delivery.Head head, CacheOutcome outcome) {
    return new EgressKey(head.dataSet(), outcome, "2xx", UNKNOWN_COUNTRY);
  }
}
