package io.filcdn.settlement.signing;

import io.filcdn.common.chain.Address;
import io.smallrye.config.Secret;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** A factory of the operator's key, from the one place where it was given. */
public final class KeySource {

  private KeySource() {}

  /**
   * The key.
   *
   * @param given the private key itself, in hex
   * @throws IllegalArgumentException where it was given in no place or in several, or is none; one
   *     line that says what to change and repeats no secret
   */
  public static OperatorKey find(Optional<Secret<String>> given, KeyConfig config) {
    // SmallRye gives a secret without a value where there is none
    Optional<String> hex = given.map(Secret::get);
    List<String> places = new ArrayList<>();
    hex.ifPresent(_ -> places.add("FILCDN_OPERATOR_KEY"));
    config.keystore().ifPresent(_ -> places.add("FILCDN_SETTLEMENT_KEY_KEYSTORE"));
    config.signerUrl().ifPresent(_ -> places.add("FILCDN_SETTLEMENT_KEY_SIGNER_URL"));
    if (places.isEmpty()) {
      throw new IllegalArgumentException(
          "expected the operator's private key in FILCDN_OPERATOR_KEY, found nothing: settlement signs with it (or give FILCDN_SETTLEMENT_KEY_KEYSTORE or FILCDN_SETTLEMENT_KEY_SIGNER_URL)");
    }
    if (places.size() > 1) {
      throw new IllegalArgumentException(
          "expected the operator's key in one place, found %s: give one of them"
              .formatted(String.join(" and ", places)));
    }
    if (hex.isPresent()) {
      return inEnvironment(hex.get());
    }
    return config.keystore().isPresent()
        ? LocalKey.ofKeystore(config.keystore().get(), password(config))
        : atSigner(config);
  }

  private static OperatorKey inEnvironment(String hex) {
    try {
      return LocalKey.of(hex);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException("FILCDN_OPERATOR_KEY: " + e.getMessage(), e);
    }
  }

  private static String password(KeyConfig config) {
    if (config.keystorePasswordFile().isEmpty()) {
      return config
          .keystorePassword()
          .map(Secret::get)
          .orElseThrow(
              () ->
                  new IllegalArgumentException(
                      "expected what opens the keystore in FILCDN_SETTLEMENT_KEY_KEYSTORE_PASSWORD_FILE or FILCDN_SETTLEMENT_KEY_KEYSTORE_PASSWORD, found nothing"));
    }
    Path file = config.keystorePasswordFile().get();
    try {
      return Files.readString(file).stripTrailing();
    } catch (IOException e) {
      throw new IllegalArgumentException(
          "expected the keystore's password in the file %s, it cannot be read".formatted(file), e);
    }
  }

  private static OperatorKey atSigner(KeyConfig config) {
    Address address =
        config
            .signerAddress()
            .map(Address::of)
            .orElseThrow(
                () ->
                    new IllegalArgumentException(
                        "expected the account to sign for in FILCDN_SETTLEMENT_KEY_SIGNER_ADDRESS, found nothing"));
    return new RemoteKey(config.signerUrl().orElseThrow(), address, config.signerTimeout());
  }
}
