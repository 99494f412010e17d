package io.filcdn.retrieval.usage;

import static org.assertj.core.api.Assertions.assertThat;

import io.filcdn.common.identity.EdgeKeyPair;
import io.filcdn.testing.time.MovedClock;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EdgeIdentityTest {

  private final MovedClock clock = new MovedClock(Instant.parse("2026-12-01T00:00:00Z"));

  @TempDir Path folder;

  private EdgeIdentity identity;

  @BeforeEach
  void edge() throws IOException {
    Path key = Files.writeString(folder.resolve("key"), EdgeKeyPair.generate().privatePem());
    identity = new EdgeIdentity("edge", key, clock);
  }

  private long signedAt() {
    return identity.sign("/path", "body").at();
  }

  @Test
  void eachRequestIsSignedLaterThanTheOneBefore() {
    long first = signedAt();
    assertThat(signedAt()).isEqualTo(first + 1);

    clock.move(Duration.ofSeconds(-50));

    assertThat(signedAt()).isEqualTo(first + 2);
  }

  @Test
  void aClockThatWasFarAheadAndIsPutRightIsGoodAtOnce() {
    long right = clock.millis();
    clock.move(Duration.ofHours(1));
    signedAt();

    clock.move(Duration.ofHours(-1));

    assertThat(signedAt()).isEqualTo(right);
    assertThat(signedAt()).isEqualTo(right + 1);
  }
}
