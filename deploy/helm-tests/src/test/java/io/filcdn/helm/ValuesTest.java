package io.filcdn.helm;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Wrong values are refused with a message that names them. */
class ValuesTest {

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          retrieval.replicas         | none               | retrieval.replicas
          retrieval.replica          | 3                  | replica
          dnsRoot                    | cdn.example.com    | dnsRoot
          kafka.bootstrapServers     | broker             | bootstrapServers
          topics.mode                | always             | topics.mode
          kafka.acls.mode            | always             | acls.mode
          kafka.acls.users.miner     | filcdn-miner       | users
          image.pullPolicy           | Sometimes          | pullPolicy
          retrieval.cache.size       | much               | cache.size
          retrieval.drainSeconds     | 5                  | drainSeconds
          ingress.controller         | apache             | controller
          settlement.database.secret | Not A Name         | secret
          edges.list[0].publicKey    | short              | publicKey
          edges.list[0].revokd       | leaked             | list
          network.rpcUrls[0]         | ftp://node         | rpcUrls
          tracing.endpoint           | collector          | endpoint
          """)
  void wrongValueFailsWithTheSchemasMessage(String value, String wrong, String named) {
    assertThatThrownBy(
            () -> Rendered.of(Rendered.example("calibration"), Map.of(value, (Object) wrong)))
        .hasMessageContaining("values don't meet the specifications of the schema")
        .hasMessageContaining(named.substring(named.lastIndexOf('.') + 1));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          image.repository           | image.repository has to say where the images are
          kafka.bootstrapServers     | kafka.bootstrapServers has to name the brokers
          dnsRoot                    | dnsRoot has to be what follows a payer
          edges.secret               | edges.secret has to name the Secret
          edges.list                 | edges.list has to have the public key of each edge
          metrics.database.secret    | metrics.database.secret has to name the Secret
          settlement.secrets         | settlement needs the operator's key
          """)
  void whatHasNoDefaultIsAskedFor(String value, String message) {
    Object nothing = List.of("settlement.secrets", "edges.list").contains(value) ? "null" : "";

    assertThatThrownBy(() -> Rendered.of(Rendered.example("calibration"), Map.of(value, nothing)))
        .hasMessageContaining(message);
  }
}
