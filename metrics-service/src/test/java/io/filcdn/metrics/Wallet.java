package io.filcdn.metrics;

import io.filcdn.common.chain.Address;
import io.filcdn.metrics.accounts.SignIn.Challenge;
import io.filcdn.testing.chain.DevnetAccount;
import io.filcdn.wallet.RetrievalGrant;
import io.filcdn.wallet.TypedDomain;
import io.filcdn.wallet.WalletKey;
import io.filcdn.wallet.WalletSignature;
import java.time.Instant;

/** A wallet that signs in, with whatever message a test wants. */
record Wallet(WalletKey key) {

  static Wallet of(DevnetAccount account) {
    return new Wallet(WalletKey.of(account.privateKey()));
  }

  Address address() {
    return key.address();
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
    return key.sign(WalletSignature.digest(message)).hex();
  }

  /** The signature that {@code eth_signTypedData_v4} gives. */
  String sign(RetrievalGrant grant, TypedDomain domain) {
    return key.sign(grant.digest(domain)).hex();
  }
}
