package io.filcdn.metrics.policies;

import io.filcdn.wallet.RetrievalGrant;
import io.filcdn.wallet.TypedDomain;
import org.jspecify.annotations.Nullable;

/**
 * A grant as its payer's wallet signed it.
 *
 * @param domain for which it was signed
 * @param message the typed data itself
 * @param signature of {@code eth_signTypedData_v4}: 0x and 130 hex digits
 */
public record SignedGrant(TypedDomain domain, RetrievalGrant message, String signature) {

  public SignedGrant {
    if (isMissing(domain) || isMissing(message) || isMissing(signature)) {
      throw new IllegalArgumentException(
          "expected a domain, a message and a signature, found one missing");
    }
  }

  private static boolean isMissing(@Nullable Object value) {
    return value == null;
  }
}
