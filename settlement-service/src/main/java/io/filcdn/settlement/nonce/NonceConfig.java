package io.filcdn.settlement.nonce;

import io.smallrye.config.WithDefault;

/** Nonces. */
public interface NonceConfig {

  /** The distance that a nonce may be ahead of the chain's; Filecoin's nodes refuse more than 4. */
  @WithDefault("4")
  int maxGap();
}
