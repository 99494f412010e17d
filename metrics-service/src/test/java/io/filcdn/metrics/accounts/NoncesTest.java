package io.filcdn.metrics.accounts;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.Random;
import org.junit.jupiter.api.Test;

class NoncesTest {

  private static final Instant NOON = Instant.parse("2026-11-21T12:00:00Z");

  private final Nonces nonces = new Nonces("secret".getBytes(UTF_8), new SecureRandom());

  @Test
  void aNonceTellsItsEndToAllWhoShareTheSecret() {
    String nonce = nonces.next(NOON, Duration.ofMinutes(5));

    assertThat(new Nonces("secret".getBytes(UTF_8), new SecureRandom()).end(nonce))
        .contains(NOON.plusSeconds(300));
    assertThat(new Nonces("another".getBytes(UTF_8), new SecureRandom()).end(nonce)).isEmpty();
    assertThat(nonces.next(NOON, Duration.ofMinutes(5))).isNotEqualTo(nonce);
  }

  @Test
  void aChangedNonceIsNone() {
    Random random = new Random(23);
    for (int i = 0; i < 500; i++) {
      String nonce = nonces.next(NOON, Duration.ofMinutes(5));
      int at = random.nextInt(nonce.length());
      char digit = "0123456789abcdefABCDEF-".charAt(random.nextInt(23));
      String changed = nonce.substring(0, at) + digit + nonce.substring(at + 1);

      assertThat(nonces.end(changed).isPresent()).isEqualTo(changed.equals(nonce));
    }
    assertThat(nonces.end("")).isEmpty();
  }
}
