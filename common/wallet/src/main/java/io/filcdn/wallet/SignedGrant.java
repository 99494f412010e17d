package io.filcdn.wallet;

import io.filcdn.common.network.Network;
import org.jspecify.annotations.Nullable;

/**
 * A grant as its payer signed it, or who may for him.
 *
 * @param domain for which it was signed
 * @param message the typed data itself
 * @param signature of {@code eth_signTypedData_v4}; of a payer that is a contract, what that takes,
 *     in hex with 0x
 */
public record SignedGrant(TypedDomain domain, RetrievalGrant message, String signature) {

  public SignedGrant {
    if (isMissing(domain) || isMissing(message) || isMissing(signature)) {
      throw new IllegalArgumentException(
          "expected a domain, a message and a signature, found one missing");
    }
  }

  /** A grant for a network, signed by a wallet whose key is at hand. */
  public static SignedGrant of(RetrievalGrant grant, Network network, WalletKey signer) {
    TypedDomain domain = RetrievalGrant.domain(network);
    return new SignedGrant(domain, grant, signer.sign(grant.digest(domain)).hex());
  }

  private static boolean isMissing(@Nullable Object value) {
    return value == null;
  }
}
