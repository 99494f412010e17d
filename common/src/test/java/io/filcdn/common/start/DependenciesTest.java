package io.filcdn.common.start;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.filcdn.common.start.Dependency.Answer;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class DependenciesTest {

  @ParameterizedTest
  @ValueSource(
      strings = {
        "localhost:9092",
        "127.0.0.1:9092",
        "nowhere.invalid:9092,localhost:9092",
        " localhost:9092 , 127.0.0.1:9093",
        "[::1]:9092",
        "PLAINTEXT://localhost:9092"
      })
  void brokersAreThereWhereOneOfTheirNamesHasAnAddress(String servers) {
    assertThat(new KafkaDependency(servers).ask()).isEqualTo(new Answer.Present());
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
    "jdbc:postgresql://a:1,b:2/x?sslmode=require, 'Postgres at a:1,b:2/x'",
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
