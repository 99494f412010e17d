package io.filcdn.sbom;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class KnownHolesTest {

  private static final LocalDate TODAY = LocalDate.of(2026, 11, 29);

  @TempDir Path folder;

  @ParameterizedTest
  @CsvSource({
    "2.8.0, true",
    "3.9.1, true",
    "3.9.2, false",
    "4.0.1, true",
    "4.1.0, true",
    "4.1.1, true",
    "4.1.2, false",
    "4.2.0, false",
    "2.7.9, false"
  })
  void aVersionHasAHoleInsideItsRangesOnly(String version, boolean hasIt) throws IOException {
    KnownHoles list = list("high", "");

    assertThat(list.in(sbom("org.example:planted", version), TODAY))
        .hasSize(hasIt ? 1 : 0)
        .allMatch(Finding::failsBuild);
    assertThat(list.in(sbom("org.example:planted-2", version), TODAY)).isEmpty();
  }

  @Test
  void aFindingSaysWhatIsWrongAndWhatToDo() throws IOException {
    Finding found = list("critical", "").in(sbom("org.example:planted", "4.1.1"), TODAY).getFirst();

    assertThat(found.toString())
        .contains(
            "metrics: org.example:planted 4.1.1 has CVE-0000-1 (CRITICAL",
            "take 3.9.2 or 4.0.2 or 4.1.2 or newer",
            "known-holes.json");
  }

  @ParameterizedTest
  @CsvSource({"low, false", "medium, false", "high, true", "critical, true", "HIGH, true"})
  void onlyHighOnesFailABuild(String severity, boolean fails) throws IOException {
    assertThat(list(severity, "").in(sbom("org.example:planted", "4.1.1"), TODAY))
        .extracting(Finding::failsBuild)
        .containsExactly(fails);
  }

  @ParameterizedTest
  @CsvSource({"2026-11-29, false", "2026-11-28, true", "2027-01-01, false"})
  void whatIsAcceptedFailsABuildAgainFromTheDayAfter(String until, boolean fails)
      throws IOException {
    String accepted =
        "{\"id\": \"CVE-0000-1\", \"until\": \"%s\", \"reason\": \"nobody calls it\"}"
            .formatted(until);

    assertThat(list("high", accepted).in(sbom("org.example:planted", "4.1.1"), TODAY))
        .extracting(Finding::failsBuild)
        .containsExactly(fails);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"id\": \"CVE-0000-1\", \"until\": \"2027-01-01\", \"reason\": \" \"}",
        "{\"id\": \"CVE-0000-1\", \"until\": \"2027-01-01\"}",
        "{\"id\": \"CVE-0000-1\", \"until\": \"some day\", \"reason\": \"x\"}"
      })
  void anAcceptanceNeedsAReasonAndADay(String accepted) {
    assertThatThrownBy(() -> list("high", accepted)).isInstanceOf(Exception.class);
  }

  @ParameterizedTest
  @ValueSource(strings = {"4.1.2", "below 4", "[4.1.2", ""})
  void anEntryWhoseRangeIsNoneIsRefused(String range) {
    assertThatThrownBy(
            () ->
                new Hole(
                    "CVE-0000-1",
                    List.of("org.example:planted"),
                    List.of(range),
                    Severity.HIGH,
                    java.net.URI.create("https://example.org/1")))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void anUnknownSeverityIsRefused() {
    assertThatThrownBy(() -> list("terrible", "")).isInstanceOf(IOException.class);
  }

  @Test
  void anSbomThatIsMissingOrEmptyIsNoGoodNews() throws IOException {
    Path empty = Files.writeString(folder.resolve("bom.json"), "{\"components\": []}");

    assertThatThrownBy(() -> Sbom.read("metrics", empty)).hasMessageContaining("found none");
    assertThatThrownBy(() -> Sbom.read("metrics", folder.resolve("none.json")))
        .hasMessageContaining("mvn package");
  }

  private static Sbom sbom(String name, String version) {
    return new Sbom("metrics", List.of(new Component(name, version)));
  }

  private KnownHoles list(String severity, String accepted) throws IOException {
    Path file = folder.resolve("holes.json");
    Files.writeString(
        file,
        """
        {
          "date": "2026-11-29",
          "sources": ["https://example.org"],
          "holes": [
            {
              "id": "CVE-0000-1",
              "packages": ["org.example:planted"],
              "affected": ["[2.8.0,3.9.2)", "[4.0.0,4.0.2)", "[4.1.0,4.1.2)"],
              "severity": "%s",
              "source": "https://example.org/1"
            }
          ],
          "accepted": [%s]
        }
        """
            .formatted(severity, accepted));
    return KnownHoles.read(file);
  }
}
