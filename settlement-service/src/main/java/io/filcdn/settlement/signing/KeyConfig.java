package io.filcdn.settlement.signing;

import io.smallrye.config.Secret;
import io.smallrye.config.WithDefault;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/**
 * The place of the operator's key, apart from {@code filcdn.operator-key}. Exactly one place has to
 * be given: a keystore, a remote signer or that key.
 */
public interface KeyConfig {

  /** An encrypted keystore file of version 3. */
  Optional<Path> keystore();

  /** The password of the keystore file. A secret. */
  Optional<Secret<String>> keystorePassword();

  /** A file with the password of the keystore file, as orchestrators mount secrets. */
  Optional<Path> keystorePasswordFile();

  /** A remote signer that answers {@code eth_signTransaction}, such as Web3Signer. */
  Optional<URI> signerUrl();

  /** The account that the remote signer is to sign for. */
  Optional<String> signerAddress();

  /** The time for the remote signer's answer. */
  @WithDefault("10s")
  Duration signerTimeout();
}
