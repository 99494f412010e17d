package io.filcdn.service.start;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.filcdn.service.start.Dependency.Answer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class DependenciesTest {

  @ParameterizedTest
  @ValueSource(
      strings = {
        "localhost:%1$d",
        "127.0.0.1:%1$d",
        "nowhere.invalid:9092,localhost:%1$d",
        " 127.0.0.1:9 , 127.0.0.1:%1$d",
        "PLAINTEXT://localhost:%1$d"
      })
  void brokersAreThereWhereOneOfThemListens(String servers) throws IOException {
    try (ServerSocket broker = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      assertThat(new KafkaDependency(servers.formatted(broker.getLocalPort())).ask())
          .isEqualTo(new Answer.Present());
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"localhost:9", "127.0.0.1:9,nowhere.invalid:1", "[::1]:9"})
  void brokersThatDoNotListenAreToldAndNotWaitedFor(String servers) {
    assertThat(new KafkaDependency(servers).ask()).isInstanceOf(Answer.Late.class);
  }

  @Test
  void brokersWhoseNamesNobodyKnowsAreWaitedFor() {
    KafkaDependency kafka = new KafkaDependency("broker-0.nowhere.invalid:9092");

    assertThat(kafka.ask()).isEqualTo(new Answer.Absent("no address is known for that name"));
    assertThat(kafka.text()).isEqualTo("Kafka at broker-0.nowhere.invalid:9092");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", ",", "localhost", "localhost:", "localhost:99999", ":9092", "a b:1"})
  void addressesThatAreNoneAreNotWaitedFor(String servers) {
    assertThatThrownBy(() -> new KafkaDependency(servers))
        .isInstanceOf(UnusableSettingException.class)
        .hasMessageContainingAll("HOST:PORT", "KAFKA_BOOTSTRAP_SERVERS");
  }

  @ParameterizedTest
  @CsvSource({
    "jdbc:postgresql://db:5432/metrics?user=u&password=secret, Postgres at db:5432/metrics",
    "'jdbc:postgresql://a:1,b:2/x?sslmode=require', 'Postgres at a:1,b:2/x'",
    "jdbc:postgresql:metrics, Postgres at metrics"
  })
  void aDatabaseIsNamedWithoutItsPassword(String url, String text) {
    assertThat(new PostgresDependency(url, Map.of("password", "secret")).text()).isEqualTo(text);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "postgres://db/x", "jdbc:mysql://db/x", "postgresql://u:secret@db"})
  void aUrlThatIsNoneOfPostgresIsNotWaitedForAndNotShown(String url) {
    assertThatThrownBy(() -> new PostgresDependency(url, Map.of()))
        .isInstanceOf(UnusableSettingException.class)
        .hasMessageContaining("QUARKUS_DATASOURCE_JDBC_URL")
        .hasMessageNotContaining("secret");
  }
}
