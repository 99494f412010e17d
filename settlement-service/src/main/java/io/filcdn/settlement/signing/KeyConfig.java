package io.filcdn.settlement.signing;

import io.smallrye.config.Secret;
import io.smallrye.config.WithDefault;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/** Where the operator's key is, apart from FILCDN_OPERATOR_KEY. One place has to be given. */
public interface KeyConfig {

  /** An encrypted keystore file of version 3. */
  Optional<Path> keystore();

  /** What opens the keystore file. */
  Optional<Secret<String>> keystorePassword();

  /** A file with what opens the keystore file, as orchestrators mount secrets. */
  Optional<Path> keystorePasswordFile();

  /** A remote signer that answers {@code eth_signTransaction}, such as Web3Signer. */
  Optional<URI> signerUrl();

  /** The account that the remote signer is to sign for. */
  Optional<String> signerAddress();

  /** How long the remote signer may take to answer. */
  @WithDefault("10s")
  Duration signerTimeout();
}
