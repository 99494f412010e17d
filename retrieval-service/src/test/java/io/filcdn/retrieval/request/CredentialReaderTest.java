package io.filcdn.retrieval.request;

import static org.assertj.core.api.Assertions.assertThat;

import io.filcdn.common.access.AccessKey;
import io.filcdn.retrieval.access.Credential;
import io.filcdn.retrieval.access.Keys;
import io.filcdn.retrieval.refusal.Refusal;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CredentialReaderTest {

  private final CredentialReader reader =
      new CredentialReader(new BotTokens(Map.of("crawler", "robot")), "devnet");

  private Credential read(String authorization) {
    return reader.read(Optional.of(authorization));
  }

  @Test
  void eachSchemeAndPrefixIsReadAsWhatItIs() {
    AccessKey key = Keys.key();

    assertThat(reader.read(Optional.empty())).isEqualTo(new Credential.None());
    assertThat(read("Bearer robot")).isEqualTo(new Credential.Bot("crawler"));
    assertThat(read("bEARER   robot ")).isEqualTo(new Credential.Bot("crawler"));
    assertThat(read("Bearer " + key.text()))
        .isInstanceOfSatisfying(
            Credential.Key.class, read -> assertThat(read.key().text()).isEqualTo(key.text()));
  }

  @Test
  void aKeyThatCannotBeGoodIsRefusedBeforeAnythingIsLookedUp() {
    String key = Keys.key().text();
    char last = key.charAt(key.length() - 1);
    String typo = key.substring(0, key.length() - 1) + (last == 'x' ? 'y' : 'x');

    assertThat(read("Bearer " + typo)).isEqualTo(unusable(Refusal.KEY_MALFORMED));
    assertThat(read("Bearer " + key.substring(0, 30))).isEqualTo(unusable(Refusal.KEY_MALFORMED));
    assertThat(read("Bearer fcdn_" + "a".repeat(60_000)))
        .isEqualTo(unusable(Refusal.KEY_MALFORMED));
    assertThat(read("Bearer " + Keys.of("mainnet").text()))
        .isEqualTo(unusable(Refusal.KEY_OTHER_NETWORK));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", " ", "Bearer", "Bearer ", "robot", "Basic robot", "Bearer Bearer robot"})
  void anythingElseIsNoTokenKnownHere(String authorization) {
    assertThat(read(authorization)).isEqualTo(unusable(Refusal.TOKEN_UNKNOWN));
  }

  private static Credential unusable(Refusal refusal) {
    return new Credential.Unusable(refusal);
  }
}
