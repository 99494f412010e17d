package io.filcdn.helm;

import static org.assertj.core.api.Assertions.assertThatNoException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
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
          fullnameOverride           | eu.edges           | fullnameOverride
          image.digests.indexer      | latest             | indexer
          retrieval.replicas         | -1                 | replicas
          retrieval.affinity         | zone               | affinity
          retrieval.extraEnv[0].x    | y                  | extraEnv
          retrieval.service.ipFamilyPolicy | Both         | ipFamilyPolicy
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

  /** Each of these values is right alone; the first is set to the second, and so on. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          calibration | retrieval.trustedProxies=null | retrieval.trustedProxies is empty, and an Ingress
          calibration | metrics.javaOptions=-XX:+UseG1GC | metrics.javaOptions chooses a collector
          operators   | retrieval.trustedProxies=null | retrieval.trustedProxies is empty, and an Ingress
          operators   | gateway.parentRefs=null | gateway.parentRefs has to name the Gateways
          mainnet     | retrieval.resources.requests.cpu=null | retrieval.autoscaling.cpuPercent is a share of
          mainnet     | retrieval.autoscaling.cpuPercent=0 retrieval.autoscaling.requests=0 | has nothing to go by
          mainnet     | retrieval.autoscaling.minReplicas=9 | minReplicas is 9, more than maxReplicas, which is 6
          mainnet     | retrieval.cache.size=3999Gi | max-size is 3400G, which is more than 85 %
          calibration | retrieval.cache.size=100G | max-size is 100G, which is more than 85 %
          calibration | retrieval.service.loadBalancerClass=anycast | are for the type LoadBalancer
          calibration | retrieval.service.loadBalancerSourceRanges[0]=192.0.2.0/24 | are for the type LoadBalancer
          calibration | retrieval.service.nodePorts.http=30080 | are for the types NodePort and LoadBalancer
          calibration | retrieval.config.filcdn\\.retrieval\\.edge=me | retrieval would get the variable FILCDN_RETRIEVAL_EDGE twice
          calibration | metrics.extraEnv[0].name=FILCDN_NETWORK | metrics would get the variable FILCDN_NETWORK twice
          mainnet     | indexer.config.kafka\\.sasl\\.jaas\\.config=x | indexer would get the variable KAFKA_SASL_JAAS_CONFIG twice
          calibration | retrieval.replicas=3 | edges.list has no key of filcdn-retrieval-2
          calibration | retrieval.region=eu1 | edges.list has no key of eu1-filcdn-retrieval-0, eu1-filcdn-retrieval-1
          mainnet     | retrieval.autoscaling.maxReplicas=8 | edges.list has no key of eu1-filcdn-retrieval-6, eu1-filcdn-retrieval-7
          calibration | edges.list[1].publicKey=MCowBQYDK2VwAyEApF5D6Y+0fzsY/zNed0q/iH2u8zuUjF7sLszck3Lo+J4= | gives filcdn-retrieval-0 and filcdn-retrieval-1 the same publicKey
          """)
  void valuesThatDoNotFitEachOtherFailWithASentence(String example, String values, String message) {
    Map<String, Object> set =
        Arrays.stream(values.split(" "))
            .map(value -> value.split("=", 2))
            .collect(Collectors.toMap(value -> value[0], value -> value[1]));

    assertThatThrownBy(() -> Rendered.of(Rendered.example(example), set))
        .hasMessageContaining(message);
  }

  @ParameterizedTest
  @CsvSource({"120Gi,100G", "118Gi,100G", "126.4G,100G", "1.3T,1024G", "125829120Ki,102400M"})
  void cacheThatLeavesRoomInItsVolumeIsTaken(String volume, String pieces) {
    assertThatNoException()
        .isThrownBy(
            () ->
                Rendered.of(
                    Rendered.example("calibration"),
                    Map.of(
                        "retrieval.cache.size",
                        volume,
                        "retrieval.config.filcdn\\.retrieval\\.cache\\.max-size",
                        pieces)));
  }

  /** The second key of an edge, as it is when one follows another, is no second edge. */
  @Test
  void edgeMayHaveTwoKeys() {
    assertThatNoException()
        .isThrownBy(
            () ->
                Rendered.of(
                    Rendered.example("calibration"),
                    Map.of(
                        "edges.list[2].edge", "filcdn-retrieval-0",
                        "edges.list[2].publicKey",
                            "MCowBQYDK2VwAyEA1/0ERozhKDYtdf/mDUrDAZlINwGQylj6yNRtOr7T2UU=")));
  }
}
