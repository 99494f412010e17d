package io.filcdn.common.index;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import io.filcdn.common.chain.Address;
import io.filcdn.common.chain.BlockNumber;
import io.filcdn.common.chain.Epoch;
import io.filcdn.common.payment.DataSetId;
import io.filcdn.common.payment.ProviderId;
import io.filcdn.common.payment.RailId;
import io.filcdn.common.payment.TokenAmount;
import io.filcdn.common.piece.ByteCount;
import java.util.Optional;

/**
 * A data set on {@code filcdn.index.data-sets}. It stays after the data set is deleted, so that
 * what was owed can be told.
 *
 * @param payee who the cache-miss rail pays
 * @param withCdn whether the CDN is switched on: the metadata key was there, and nothing ended it
 * @param deleted whether the data set is gone from the chain
 * @param provisionalSince the block of its creation, while a reorganisation could still give its
 *     number to another payer; absent once that is as deep as the network file asks
 * @param gate what keeps its pieces from being everyone's; absent where nothing on chain does
 * @param pdpRail pays for storage; absent where the chain told none
 * @param cacheMissRail pays the provider for misses; absent without CDN and in pandora v1
 * @param cdnRail pays the CDN; absent likewise
 * @param topUps what was paid in, the creation's lockup included
 * @param reported what UsageReported events of counting operators say
 * @param lastReportedEpoch the highest toEpoch that the current operator reported
 * @param settled what the current and past operators settled
 */
public record DataSetRecord(
    DataSetId dataSet,
    Address payer,
    ProviderId provider,
    Address payee,
    boolean withCdn,
    boolean deleted,
    Optional<BlockNumber> provisionalSince,
    Optional<Gate> gate,
    Optional<Rail> pdpRail,
    Optional<Rail> cacheMissRail,
    Optional<Rail> cdnRail,
    TopUps topUps,
    Reported reported,
    Optional<Epoch> lastReportedEpoch,
    Settled settled,
    AsOf asOf) {

  public DataSetRecord {
    requireNonNull(dataSet, "dataSet is missing");
    requireNonNull(payer, "payer is missing");
    requireNonNull(provider, "provider is missing");
    requireNonNull(payee, "payee is missing");
    requireNonNull(topUps, "topUps is missing");
    requireNonNull(reported, "reported is missing");
    requireNonNull(settled, "settled is missing");
    requireNonNull(asOf, "asOf is missing");
  }

  /** A data set whose number nobody else can get any more, and that is everyone's. */
  public DataSetRecord(
      DataSetId dataSet,
      Address payer,
      ProviderId provider,
      Address payee,
      boolean withCdn,
      boolean deleted,
      Optional<Rail> pdpRail,
      Optional<Rail> cacheMissRail,
      Optional<Rail> cdnRail,
      TopUps topUps,
      Reported reported,
      Optional<Epoch> lastReportedEpoch,
      Settled settled,
      AsOf asOf) {
    this(
        dataSet,
        payer,
        provider,
        payee,
        withCdn,
        deleted,
        Optional.empty(),
        Optional.empty(),
        pdpRail,
        cacheMissRail,
        cdnRail,
        topUps,
        reported,
        lastReportedEpoch,
        settled,
        asOf);
  }

  /** A kind of proof that a data set asks of who fetches, by its metadata on chain. */
  public enum Gate {
    /** Curio's EIP-712 vouchers and proofs: the metadata key {@code withRetrievalACL}. */
    CURIO_RETRIEVAL("curioRetrieval");

    private final String text;

    Gate(String text) {
      this.text = text;
    }

    /**
     * Reads a gate.
     *
     * @throws IllegalArgumentException where the text names none
     */
    @JsonCreator
    public static Gate of(String text) {
      if (text.equals(CURIO_RETRIEVAL.text)) {
        return CURIO_RETRIEVAL;
      }
      throw new IllegalArgumentException("expected a gate of curioRetrieval, found another");
    }

    @JsonValue
    @Override
    public String toString() {
      return text;
    }
  }

  /**
   * A payment rail.
   *
   * @param endEpoch the first epoch in which it cannot be settled any more; absent while it lives
   */
  public record Rail(RailId railId, Optional<Epoch> endEpoch) {
    public Rail {
      requireNonNull(railId, "railId is missing");
    }
  }

  /**
   * Sums of top-ups per rail. The unfinal part is in blocks that a reorg can still take away, and
   * is not in the final part.
   */
  public record TopUps(
      TokenAmount cdnFinal,
      TokenAmount cdnUnfinal,
      TokenAmount cacheMissFinal,
      TokenAmount cacheMissUnfinal) {
    public static final TopUps NONE =
        new TopUps(TokenAmount.ZERO, TokenAmount.ZERO, TokenAmount.ZERO, TokenAmount.ZERO);

    public TopUps {
      requireNonNull(cdnFinal, "cdnFinal is missing");
      requireNonNull(cdnUnfinal, "cdnUnfinal is missing");
      requireNonNull(cacheMissFinal, "cacheMissFinal is missing");
      requireNonNull(cacheMissUnfinal, "cacheMissUnfinal is missing");
    }
  }

  /** Sums of reported bytes. The unfinal part is not in the final part. */
  public record Reported(
      ByteCount cdnBytesFinal,
      ByteCount cdnBytesUnfinal,
      ByteCount cacheMissBytesFinal,
      ByteCount cacheMissBytesUnfinal) {
    public static final Reported NONE =
        new Reported(ByteCount.ZERO, ByteCount.ZERO, ByteCount.ZERO, ByteCount.ZERO);

    public Reported {
      requireNonNull(cdnBytesFinal, "cdnBytesFinal is missing");
      requireNonNull(cdnBytesUnfinal, "cdnBytesUnfinal is missing");
      requireNonNull(cacheMissBytesFinal, "cacheMissBytesFinal is missing");
      requireNonNull(cacheMissBytesUnfinal, "cacheMissBytesUnfinal is missing");
    }

    /** All CDN bytes reported so far, final or not. */
    public ByteCount cdnBytes() {
      return cdnBytesFinal.plus(cdnBytesUnfinal);
    }

    /** All cache-miss bytes reported so far, final or not. */
    public ByteCount cacheMissBytes() {
      return cacheMissBytesFinal.plus(cacheMissBytesUnfinal);
    }
  }

  /** Sums of CDNSettlement and CacheMissSettlement amounts, final or not. */
  public record Settled(TokenAmount cdn, TokenAmount cacheMiss) {
    public static final Settled NONE = new Settled(TokenAmount.ZERO, TokenAmount.ZERO);

    public Settled {
      requireNonNull(cdn, "cdn is missing");
      requireNonNull(cacheMiss, "cacheMiss is missing");
    }
  }
}
