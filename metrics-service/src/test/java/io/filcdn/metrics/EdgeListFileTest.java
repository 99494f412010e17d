package io.filcdn.metrics;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.filcdn.common.identity.EdgeKeyPair;
import io.filcdn.metrics.identity.AuthenticationFailure;
import io.filcdn.metrics.identity.EdgeListFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class EdgeListFileTest {

  private static final byte[] MESSAGE = "message".getBytes(UTF_8);

  @TempDir Path folder;

  private final EdgeKeyPair pair = EdgeKeyPair.generate();
  private final AtomicLong nanos = new AtomicLong();

  private EdgeListFile opened(String json) throws IOException {
    return new EdgeListFile(
        Optional.of(Files.writeString(folder.resolve("edges.json"), json)), nanos::get);
  }

  private Optional<AuthenticationFailure> failure(EdgeListFile file) {
    return file.current().verify("alice", MESSAGE, pair.privateKey().sign(MESSAGE), Samples.NOON);
  }

  @Test
  void aChangeIsSeenASecondLater() throws IOException {
    EdgeListFile file = opened("[]");
    assertThat(failure(file)).contains(AuthenticationFailure.UNKNOWN_EDGE);

    Files.writeString(folder.resolve("edges.json"), TestEdges.listOf(Map.of("alice", pair)));
    assertThat(failure(file)).contains(AuthenticationFailure.UNKNOWN_EDGE);
    nanos.addAndGet(Duration.ofSeconds(1).toNanos());

    assertThat(failure(file)).isEmpty();
    assertThat(file.current().size(Samples.NOON)).isEqualTo(1);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "null",
        "{}",
        "[{\"edge\":\"alice\"}]",
        "[{\"publicKey\":\"AAAA\",\"edge\":\"alice\"}]",
        "[{\"edge\":\"alice\",\"publicKey\":\"%s\",\"revokd\":\"sold\"}]",
        "[{\"edge\":\"alice\",\"publicKey\":\"%s\",\"validUntil\":\"tomorrow\"}]"
      })
  void aBrokenListChangesNothingAndEndsAStart(String broken) throws IOException {
    String json = broken.replace("%s", pair.publicKey().text());
    EdgeListFile file = opened(TestEdges.listOf(Map.of("alice", pair)));
    Files.writeString(folder.resolve("edges.json"), json);
    nanos.addAndGet(Duration.ofSeconds(1).toNanos());

    assertThat(failure(file)).isEmpty();
    assertThat(file.isBroken()).isTrue();
    assertThatThrownBy(() -> opened(json))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("the list of edges in");
  }

  @Test
  void withoutAFileThereIsNoEdge() {
    EdgeListFile none = new EdgeListFile(Optional.empty(), nanos::get);

    assertThat(none.current().verify("alice", MESSAGE, "", Samples.NOON))
        .contains(AuthenticationFailure.UNKNOWN_EDGE);
  }
}
