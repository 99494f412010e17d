package io.filcdn.helm;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.yaml.snakeyaml.Yaml;

/** The workflows of continuous integration and releases: who may do what, and what runs there. */
class WorkflowsTest {

  private static final Path FOLDER = Path.of("../../.github/workflows");
  private static final ObjectMapper JSON = new ObjectMapper();

  /** An action of a commit, with the version that this is. */
  private static final Pattern PINNED =
      Pattern.compile("uses: [\\w./-]+@[0-9a-f]{40} # v\\d+\\.\\d+\\.\\d+");

  /** What builds run, or what of this repository they could. */
  private static final Pattern CODE =
      Pattern.compile("\\./|checkout@|setup-(java|node)@|\\b(mvn|npm|apt-get|make|node|java)\\b");

  private static JsonNode workflow(String name) throws IOException {
    return JSON.valueToTree(
        new Yaml().<Object>load(Files.readString(FOLDER.resolve(name + ".yml"))));
  }

  private static List<JsonNode> jobs(String name) throws IOException {
    List<JsonNode> jobs = new ArrayList<>();
    workflow(name).path("jobs").forEach(jobs::add);
    return jobs;
  }

  @Test
  void eachActionIsPinnedToACommit() throws IOException {
    List<String> uses = new ArrayList<>();
    try (Stream<Path> files = Files.list(FOLDER)) {
      for (Path file : files.toList()) {
        Files.readAllLines(file).stream().filter(line -> line.contains("uses:")).forEach(uses::add);
      }
    }

    assertThat(uses).hasSizeGreaterThan(5).allMatch(line -> PINNED.matcher(line).find());
  }

  @Test
  void whatBuildsHasNeitherPasswordNorIdentity() throws IOException {
    assertThat(jobs("release"))
        .filteredOn(job -> CODE.matcher(job.path("steps").toString()).find())
        .singleElement()
        .satisfies(
            build -> {
              assertThat(build.path("permissions").toString()).isEqualTo("{\"contents\":\"read\"}");
              assertThat(build.toString()).doesNotContain("secrets.", "github.token");
            });
  }

  @Test
  void noJobOfAReleaseHasRightsThatItDoesNotName() throws IOException {
    assertThat(workflow("release").path("permissions")).isEmpty();
    assertThat(jobs("release")).allSatisfy(job -> assertThat(job.path("permissions")).isNotEmpty());
    assertThat(jobs("release"))
        .filteredOn(job -> job.path("permissions").has("id-token"))
        .isNotEmpty()
        .allSatisfy(job -> assertThat(job.path("steps").toString()).contains("cosign"));
  }
}
