package io.filcdn.testing.provider;

import io.filcdn.common.chain.Address;
import io.filcdn.common.payment.DataSetId;
import io.filcdn.common.piece.PieceCid;
import io.filcdn.wallet.CurioToken;
import io.filcdn.wallet.TypedDomain;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A gate that a provider keeps before a piece, as Curio does for gated data sets: who asks shows a
 * token in {@code Authorization}.
 *
 * @param domain in which tokens are signed
 * @param dataSet of which the piece is
 * @param payer whose word lets in
 */
public record Gate(TypedDomain domain, DataSetId dataSet, Address payer) {

  private static final int NO_TOKEN = 401;
  private static final int WRONG_TOKEN = 403;

  /** The status by which a request is refused; empty where it may be answered. */
  Optional<Integer> refusal(PieceCid piece, @Nullable String authorization, Instant now) {
    String scheme = CurioToken.SCHEME + " ";
    if (authorization == null || !authorization.startsWith(scheme)) {
      return Optional.of(NO_TOKEN);
    }
    boolean good =
        CurioToken.read(authorization.substring(scheme.length()))
            .filter(token -> token.fault(domain, dataSet, payer, piece, now).isEmpty())
            .isPresent();
    return good ? Optional.empty() : Optional.of(WRONG_TOKEN);
  }
}
