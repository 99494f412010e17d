package io.filcdn.retrieval.response;

import io.filcdn.common.egress.CacheOutcome;
import io.filcdn.common.piece.PieceCid;
import io.filcdn.retrieval.admission.Admission.Decision;
import io.filcdn.retrieval.bytes.ByteRange;
import io.filcdn.retrieval.bytes.PieceBytes;
import io.filcdn.retrieval.cache.FillContext;
import io.filcdn.retrieval.cache.PieceCache;
import io.filcdn.retrieval.delivery.Answers;
import io.filcdn.retrieval.delivery.Exchange;
import io.filcdn.retrieval.delivery.ResponseWriter;
import io.filcdn.retrieval.origin.Origin;
import io.filcdn.retrieval.proof.PieceProofHeader;
import io.filcdn.retrieval.refusal.Problem;
import io.filcdn.retrieval.usage.ResponseTally;
import io.netty.util.AsciiString;
import io.vertx.core.MultiMap;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerResponse;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A response with bytes of a piece: its head, and its other source where a disk fails. */
public final class PieceResponse implements ResponseWriter.Body {

  private static final CharSequence CACHE_STATUS = new AsciiString("cache-status");
  private static final CharSequence SERVER_TIMING = new AsciiString("server-timing");

  /**
   * The notice to who changes regions, or shares a key with somebody there: caches are regional.
   */
  private static final String ELSEWHERE =
      ", elsewhere;desc=\"this key was used in another region within the hour\"";

  private static final CharSequence REPR_DIGEST = new AsciiString("repr-digest");
  private static final CharSequence CACHE_HIT = new AsciiString("filcdn; hit");

  private final Answers answers;
  private final PieceCache cache;
  private final Retrieval retrieval;
  private final Answers.Head head;
  private final List<Origin> origins;
  private final ResponseBody body;
  private long acceptedBytes;
  private PieceCache.@Nullable Opened opened;
  private @Nullable FillContext context;
  private @Nullable ResponseTally tally;

  public PieceResponse(
      Answers answers,
      PieceCache cache,
      Retrieval retrieval,
      Decision.Admitted admitted,
      ResponseBody body) {
    this.answers = answers;
    this.cache = cache;
    this.retrieval = retrieval;
    this.head = retrieval.head(admitted);
    this.origins = admitted.origins();
    this.body = body;
  }

  /**
   * Takes the source of the bytes, before they are sent.
   *
   * @return the bytes of the body
   */
  public PieceBytes opened(
      PieceCache.Opened source, FillContext sourceContext, ResponseTally count) {
    opened = source;
    context = sourceContext;
    tally = count;
    return body.bytes(source.bytes());
  }

  /** Answers a HEAD from the PieceCID and what the cache knows: nothing is fetched. */
  public void answerHead() {
    PieceCid piece = head.piece();
    Optional<String> known = cache.contentType(piece);
    if (known.isPresent() || !cache.holdsSome(piece)) {
      answerHead(known);
    } else {
      Vertx.currentContext()
          .executeBlocking(() -> cache.readContentType(piece), false)
          // what cannot be read is not known
          .onComplete(read -> answerHead(read.succeeded() ? read.result() : Optional.empty()));
    }
  }

  private void answerHead(Optional<String> contentType) {
    Exchange exchange = retrieval.exchange();
    HttpServerResponse response = exchange.request().response();
    if (response.closed()) {
      exchange.abandon();
      return;
    }
    answers.describe(exchange, head, body.length());
    contentType
        .map(head::contentType)
        .ifPresent(type -> response.putHeader(HttpHeaders.CONTENT_TYPE, type));
    cache.digest(head.piece()).ifPresent(digest -> response.putHeader(REPR_DIGEST, digest.value()));
    boolean hit = cache.isHit(head.piece(), origins, body.ranges());
    response.putHeader(CACHE_STATUS, hit ? CACHE_HIT : "filcdn; detail=from-cid");
    response.putHeader(SERVER_TIMING, serverTiming("head", exchange.elapsedMicros()));
    exchange.end();
  }

  @Override
  public ByteRange range() {
    return body.stretch();
  }

  @Override
  public long inPiece(long position) {
    return body.inPiece(position);
  }

  @Override
  public long ofPiece(long accepted) {
    long bytes = body.pieceBytes(acceptedBytes, accepted);
    acceptedBytes += accepted;
    return bytes;
  }

  @Override
  public void describe(Optional<String> sniffed) {
    PieceCache.Opened source = Objects.requireNonNull(opened);
    if (body.partial()) {
      answers.describePart(retrieval.exchange(), head, body.ranges(), body.length());
    } else {
      answers.describe(retrieval.exchange(), head, body.length());
    }
    MultiMap headers = retrieval.exchange().request().response().headers();
    sniffed.map(head::contentType).ifPresent(type -> headers.add(HttpHeaders.CONTENT_TYPE, type));
    headers.add(CACHE_STATUS, cacheStatus(source.outcome(), source.stored()));
    source.bytes().digest().ifPresent(digest -> headers.add(REPR_DIGEST, digest.value()));
    if (body.partial() && body.ranges().isOne()) {
      cache
          .treeAtHand(head.piece())
          .flatMap(tree -> PieceProofHeader.of(tree, body.ranges().first()))
          .ifPresent(proof -> headers.add(PieceProofHeader.NAME, proof));
    }
    headers.add(
        SERVER_TIMING,
        serverTiming(source.outcome().toString(), retrieval.exchange().elapsedMicros()));
  }

  /**
   * Put together by hand: each response has one, and a formatter takes longer than all the rest.
   */
  private String serverTiming(String what, long micros) {
    String fraction = Long.toString(1_000 + micros % 1_000);
    return "edge;desc=\""
        + what
        + "\";dur="
        + micros / 1_000
        + "."
        + fraction.substring(1)
        + (retrieval.elsewhere() ? ELSEWHERE : "");
  }

  private static CharSequence cacheStatus(CacheOutcome outcome, boolean stored) {
    return switch (outcome) {
      case HIT -> CACHE_HIT;
      case MISS -> stored ? "filcdn; fwd=miss; stored" : "filcdn; fwd=miss";
      case COLLAPSED -> "filcdn; fwd=miss; collapsed";
    };
  }

  @Override
  public void refuse(Problem problem) {
    answers.refuse(retrieval.exchange(), problem);
  }

  @Override
  public PieceBytes pastTheDisk(long position, Throwable failure) {
    opened =
        cache.reopen(
            head.piece(),
            Objects.requireNonNull(opened).bytes(),
            failure,
            Objects.requireNonNull(context),
            body.left(position));
    Objects.requireNonNull(tally).from(opened.unverified());
    return body.bytes(opened.bytes());
  }
}
