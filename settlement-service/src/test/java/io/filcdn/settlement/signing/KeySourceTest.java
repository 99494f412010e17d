package io.filcdn.settlement.signing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.filcdn.common.chain.Address;
import io.filcdn.testing.chain.DevnetAccount;
import io.quarkus.runtime.configuration.DurationConverter;
import io.smallrye.config.ConfigMapping;
import io.smallrye.config.PropertiesConfigSource;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.web3j.crypto.Credentials;
import org.web3j.crypto.WalletUtils;

class KeySourceTest {

  private static final String PASSWORD = "open sesame";

  @TempDir Path folder;

  @Test
  void aKeystoreFileIsOpenedByItsPassword() throws Exception {
    Path file = keystore();
    Path passwordFile = Files.writeString(folder.resolve("password"), PASSWORD + "\n");

    Address expected = Address.of(DevnetAccount.OPERATOR.address());
    assertThat(find(Map.of("keystore", file.toString(), "keystore-password", PASSWORD)).address())
        .isEqualTo(expected);
    assertThat(
            find(Map.of(
                    "keystore", file.toString(), "keystore-password-file", passwordFile.toString()))
                .address())
        .isEqualTo(expected);
  }

  @Test
  void aWrongPasswordIsNotRepeated() throws Exception {
    Path file = keystore();

    assertThatThrownBy(
            () -> find(Map.of("keystore", file.toString(), "keystore-password", "close sesame")))
        .hasMessage(
            "expected the password to open the keystore file %s, it does not".formatted(file));
    assertThatThrownBy(() -> find(Map.of("keystore", file.toString())))
        .hasMessageContaining("FILCDN_SETTLEMENT_KEY_KEYSTORE_PASSWORD_FILE");
    assertThatThrownBy(
            () ->
                find(
                    Map.of(
                        "keystore",
                        folder.resolve("none").toString(),
                        "keystore-password",
                        PASSWORD)))
        .hasMessageContaining("found none that can be read");
  }

  @Test
  void aSignerNeedsTheAccountToSignFor() {
    assertThat(
            find(
                Map.of(
                    "signer-url",
                    "http://127.0.0.1:9000",
                    "signer-address",
                    DevnetAccount.OPERATOR.address())))
        .hasToString(
            "key of %s at signer 127.0.0.1:9000"
                .formatted(Address.of(DevnetAccount.OPERATOR.address())));
    assertThatThrownBy(() -> find(Map.of("signer-url", "http://127.0.0.1:9000")))
        .hasMessageContaining("FILCDN_SETTLEMENT_KEY_SIGNER_ADDRESS");
  }

  @Test
  void oneKeyInOnePlaceIsExpected() {
    assertThatThrownBy(() -> find(Map.of())).hasMessageContaining("FILCDN_OPERATOR_KEY");
    assertThatThrownBy(
            () -> find(Map.of("keystore", "a.json", "signer-url", "http://127.0.0.1:9000")))
        .hasMessageContaining(
            "found FILCDN_SETTLEMENT_KEY_KEYSTORE and FILCDN_SETTLEMENT_KEY_SIGNER_URL");
  }

  private Path keystore() throws Exception {
    String name =
        WalletUtils.generateWalletFile(
            PASSWORD,
            Credentials.create(DevnetAccount.OPERATOR.privateKey()).getEcKeyPair(),
            folder.toFile(),
            false);
    return folder.resolve(name);
  }

  /** The one group of settings, for {@link SmallRyeConfigBuilder}. */
  @ConfigMapping(prefix = "key")
  interface Settings extends KeyConfig {}

  private static OperatorKey find(Map<String, String> values) {
    Map<String, String> prefixed = new HashMap<>();
    values.forEach((name, value) -> prefixed.put("key." + name, value));
    KeyConfig config =
        new SmallRyeConfigBuilder()
            .withMapping(Settings.class)
            .withConverter(Duration.class, 100, new DurationConverter())
            .withSources(new PropertiesConfigSource(prefixed, "test", 100))
            .build()
            .getConfigMapping(Settings.class);
    return KeySource.find(Optional.empty(), config);
  }
}
