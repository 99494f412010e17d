package io.filcdn.retrieval;

import io.filcdn.common.egress.CacheOutcome;
import io.filcdn.retrieval.cache.Lead;
import io.filcdn.retrieval.cache.PieceCache;
import io.filcdn.retrieval.delivery.Answers;
import io.filcdn.retrieval.delivery.ByteRange;
import io.filcdn.retrieval.delivery.PieceBytes;
import io.filcdn.retrieval.delivery.Problem;
import io.filcdn.retrieval.delivery.Transfer;
import io.filcdn.retrieval.usage.ResponseTally;
import io.netty.util.AsciiString;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerResponse;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A response with bytes of a piece: what its head says, and what becomes of it when a disk fails.
 */
final class PieceResponse implements Transfer.Body {

  private static final CharSequence CACHE_STATUS = new AsciiString("Cache-Status");
  private static final CharSequence SERVER_TIMING = new AsciiString("Server-Timing");
  private static final CharSequence CACHE_HIT = new AsciiString("filcdn; hit");

  private final Rooms rooms;
  private final RetrievalPath.Retrieval retrieval;
  private final Answers.Head head;
  private final ByteRange range;
  private final boolean partial;
  private PieceCache.@Nullable Opened opened;
  private @Nullable Lead lead;
  private @Nullable ResponseTally tally;

  PieceResponse(
      Rooms rooms,
      RetrievalPath.Retrieval retrieval,
      Answers.Head head,
      ByteRange range,
      boolean partial) {
    this.rooms = rooms;
    this.retrieval = retrieval;
    this.head = head;
    this.range = range;
    this.partial = partial;
  }

  /** Tells where the bytes come from, before they are sent. */
  void opened(PieceCache.Opened source, Lead sourceLead, ResponseTally count) {
    opened = source;
    lead = sourceLead;
    tally = count;
  }

  /** Answers a HEAD from the PieceCID and what the cache knows: nothing is read or fetched. */
  void answerHead() {
    Optional<PieceCache.Cached> cached = rooms.cache().cached(head.piece());
    rooms.answers().describe(retrieval.exchange(), head, range, partial);
    HttpServerResponse response = retrieval.exchange().request().response();
    cached
        .flatMap(PieceCache.Cached::contentType)
        .ifPresent(type -> response.putHeader(HttpHeaders.CONTENT_TYPE, type));
    response.putHeader(CACHE_STATUS, cached.isPresent() ? CACHE_HIT : "filcdn; detail=from-cid");
    response.putHeader(SERVER_TIMING, serverTiming("head", retrieval.exchange().elapsedMicros()));
    retrieval.exchange().end();
  }

  @Override
  public ByteRange range() {
    return range;
  }

  @Override
  public void describe() {
    PieceCache.Opened source = Objects.requireNonNull(opened);
    rooms.answers().describe(retrieval.exchange(), head, range, partial);
    HttpServerResponse response = retrieval.exchange().request().response();
    response.putHeader(CACHE_STATUS, cacheStatus(source.outcome(), source.stored()));
    response.putHeader(
        SERVER_TIMING,
        serverTiming(source.outcome().toString(), retrieval.exchange().elapsedMicros()));
  }

  /**
   * Put together by hand: each response has one, and a formatter takes longer than all the rest.
   */
  static String serverTiming(String what, long micros) {
    String fraction = Long.toString(1_000 + micros % 1_000);
    return "edge;desc=\"" + what + "\";dur=" + micros / 1_000 + "." + fraction.substring(1);
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
    rooms.answers().refuse(retrieval.exchange(), problem);
  }

  @Override
  public PieceBytes pastTheDisk(long position, Throwable failure) {
    opened =
        rooms
            .cache()
            .reopen(
                head.piece(),
                Objects.requireNonNull(opened).bytes(),
                failure,
                Objects.requireNonNull(lead),
                new ByteRange(position, range.end()));
    Objects.requireNonNull(tally).from(opened.unverified());
    return opened.bytes();
  }
}
