package io.filcdn.sbom;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The job: what the four services consist of has no hole of the list that is high. */
class ServicesSbomIT {

  private static final Path ROOT = Path.of("../..");
  private final LocalDate today = LocalDate.now(Clock.systemUTC());

  private KnownHoles list;

  @BeforeEach
  void read() throws IOException {
    list = KnownHoles.read(ROOT.resolve("deploy/security/known-holes.json"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"indexer", "retrieval", "metrics", "settlement"})
  void noServiceHasAHighHole(String service) throws IOException {
    List<Finding> findings = list.in(sbom(service), today);

    findings.forEach(System.out::println);
    assertThat(findings.stream().filter(Finding::failsBuild)).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"indexer", "retrieval", "metrics", "settlement"})
  void aHolePlantedInAServiceIsFound(String service) throws IOException {
    List<Component> planted = new ArrayList<>(sbom(service).components());
    planted.add(new Component("io.netty:netty-codec-http", "4.1.130.Final"));

    assertThat(list.in(new Sbom(service, planted), today).stream().filter(Finding::failsBuild))
        .extracting(found -> found.hole().id())
        .contains("CVE-2026-33870", "CVE-2026-42581");
  }

  @Test
  void nothingIsAcceptedThatNoServiceHas() throws IOException {
    List<Finding> all = new ArrayList<>();
    for (String service : List.of("indexer", "retrieval", "metrics", "settlement")) {
      all.addAll(list.in(sbom(service), today));
    }

    assertThat(list.accepted())
        .allSatisfy(
            accepted -> assertThat(all).anyMatch(found -> found.hole().id().equals(accepted.id())));
  }

  private static Sbom sbom(String service) throws IOException {
    return Sbom.read(service, ROOT.resolve(service + "-service/target/bom.json"));
  }
}
