package io.filcdn.metrics;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.filcdn.common.chain.Address;
import io.filcdn.metrics.accounts.SignIn.Challenge;
import io.filcdn.testing.chain.DevnetAccount;
import io.filcdn.wallet.RetrievalGrant;
import io.filcdn.wallet.TypedDomain;
import java.time.Instant;
import org.web3j.crypto.Credentials;
import org.web3j.crypto.Sign;
import org.web3j.utils.Numeric;

/** A wallet that signs in, with whatever message a test wants. */
record Wallet(Credentials credentials) {

  static Wallet of(DevnetAccount account) {
    return new Wallet(Credentials.create(account.privateKey()));
  }

  Address address() {
    return Address.of(credentials.getAddress());
  }

  /** The message that answers a challenge. */
  String message(Challenge challenge, Instant now) {
    return """
    %1$s wants you to sign in with your Ethereum account:
    %2$s

    Make and revoke keys

    URI: https://%1$s/
    Version: 1
    Chain ID: %3$d
    Nonce: %4$s
    Issued At: %5$s\
    """
        .formatted(
            challenge.domain(), address(), challenge.chainId(), challenge.nonce(), now.toString());
  }

  /** The signature that {@code personal_sign} gives. */
  String sign(String message) {
    return text(Sign.signPrefixedMessage(message.getBytes(UTF_8), credentials.getEcKeyPair()));
  }

  /** The signature that {@code eth_signTypedData_v4} gives. */
  String sign(RetrievalGrant grant, TypedDomain domain) {
    return text(Sign.signMessage(grant.digest(domain), credentials.getEcKeyPair(), false));
  }

  private static String text(Sign.SignatureData signature) {
    return Numeric.toHexString(signature.getR())
        + Numeric.toHexStringNoPrefix(signature.getS())
        + Numeric.toHexStringNoPrefix(signature.getV());
  }
}
