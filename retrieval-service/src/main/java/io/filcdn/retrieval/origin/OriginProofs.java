package io.filcdn.retrieval.origin;

import io.filcdn.common.chain.Address;
import io.filcdn.common.payment.DataSetId;
import io.filcdn.common.piece.PieceCid;
import io.filcdn.wallet.CurioToken;
import io.vertx.core.Future;
import java.util.Optional;

/** The proofs that providers of gated data sets are shown. */
public interface OriginProofs {

  /** None at all. */
  OriginProofs NONE = (origin, piece) -> Future.succeededFuture(Optional.empty());

  /**
   * The proof for one piece at one provider, and for nobody else; empty where there is none. It is
   * told on the event loop that asks.
   */
  Future<Optional<CurioToken>> of(Origin origin, PieceCid piece);

  /**
   * True where this wallet signs such proofs for a payer's data set, at this edge or another. A
   * provider knows those that it was shown: they open no edge's gate.
   */
  default boolean areBy(Address wallet, DataSetId dataSet, Address payer) {
    return false;
  }
}
