package io.filcdn.common.egress;

import static java.util.Objects.requireNonNull;

import io.filcdn.common.chain.Address;
import io.filcdn.common.payment.DataSetId;
import io.filcdn.common.payment.ProviderId;
import io.filcdn.common.piece.ByteCount;
import java.time.Instant;
import java.util.Optional;

/**
 * One retrieval as an edge saw it, on {@code filcdn.retrievals}: for analytics, never for money.
 *
 * @param pieceCid as it was asked for
 * @param error the stable code of the refusal, where it was refused
 * @param bytes body bytes that the client's socket accepted
 * @param ttfbMicros from the request's head to the first body byte accepted
 * @param ttlbMicros from the request's head to the end of the response
 * @param weight how many retrievals this one stands for; above 1 where the edge sampled
 */
public record RetrievalRecord(
    Instant at,
    String edge,
    Address payer,
    String pieceCid,
    Optional<DataSetId> dataSet,
    Optional<ProviderId> provider,
    int status,
    Optional<String> error,
    Optional<CacheOutcome> cache,
    ByteCount bytes,
    Optional<Long> ttfbMicros,
    long ttlbMicros,
    String country,
    Optional<String> bot,
    long weight) {

  public RetrievalRecord {
    requireNonNull(at, "at is missing");
    requireNonNull(edge, "edge is missing");
    requireNonNull(payer, "payer is missing");
    requireNonNull(pieceCid, "pieceCid is missing");
    requireNonNull(bytes, "bytes is missing");
    requireNonNull(country, "country is missing");
  }
}
