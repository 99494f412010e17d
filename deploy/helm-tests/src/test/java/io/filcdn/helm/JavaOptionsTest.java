package io.filcdn.helm;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.yaml.snakeyaml.Yaml;

/**
 * The options of Java: those that an image has in a file, and which a deployment only adds to.
 *
 * <p>{@code ./filcdn up} and the benchmarks read what that file is made of.
 */
class JavaOptionsTest {

  private static final String VARIABLE = "JDK_JAVA_OPTIONS";
  private static final String OF_THE_IMAGE = "@/app/java.options";
  private static final String SIZES =
      OF_THE_IMAGE + " -XX:MaxRAMPercentage=\\d+( -XX:MaxDirectMemorySize=\\d+[mg])?";
  private static final Path FILES = Path.of("../java");

  static List<Path> examples() {
    return Rendered.examples();
  }

  @ParameterizedTest
  @MethodSource("examples")
  void theChartAddsTheSizeOfMemoryToWhatTheImageHas(Path values) {
    assertThat(
            Rendered.of(values)
                .containers()
                .flatMap(container -> Rendered.elements(container.path("env")))
                .filter(variable -> variable.path("name").asText().equals(VARIABLE))
                .map(variable -> variable.path("value").asText()))
        .isNotEmpty()
        .allMatch(options -> options.matches(SIZES));
  }

  @Test
  void composeAddsTheSizeOfMemoryToWhatTheImageHas() throws IOException {
    JsonNode file =
        new ObjectMapper()
            .valueToTree(
                new Yaml().<Object>load(Files.readString(Path.of("../compose/compose.yaml"))));

    assertThat(file.findValuesAsText(VARIABLE))
        .isNotEmpty()
        .allMatch(options -> options.matches(SIZES));
  }

  @Test
  void theImageHasThemInAFileThatItsJavaReads() throws IOException {
    assertThat(Files.readString(Path.of("../images/Containerfile")))
        .contains("ENV %s=%s\n".formatted(VARIABLE, OF_THE_IMAGE))
        .contains("COPY app/ /app/");
    assertThat(Files.readString(Path.of("../images/images.sh")))
        .contains(">\"$context/app/java.options\"", "\"@$app/java.options\"");
  }

  @Test
  void javaTakesThemAndWhatADeploymentAddsWins() throws Exception {
    List<String> all = new ArrayList<>();
    for (String file : List.of("service", "retrieval")) {
      all.add("@" + FILES.resolve(file + ".options"));
    }
    assertThat(flags(all)).containsPattern("UseSerialGC += true").doesNotContain("= false");

    all.addAll(List.of("-XX:-UseSerialGC", "-XX:+UseParallelGC"));
    assertThat(flags(all)).containsPattern("UseSerialGC += false");
  }

  /** What Java says of its collector and its headers with these options. */
  private static String flags(List<String> options) throws Exception {
    List<String> command =
        new ArrayList<>(List.of(Path.of(System.getProperty("java.home"), "bin/java").toString()));
    command.addAll(options);
    command.addAll(List.of("-XX:+PrintFlagsFinal", "-version"));
    Process java = new ProcessBuilder(command).redirectErrorStream(true).start();
    List<String> said =
        new String(java.getInputStream().readAllBytes(), StandardCharsets.UTF_8).lines().toList();
    assertThat(java.waitFor(1, TimeUnit.MINUTES)).isTrue();
    assertThat(java.exitValue()).as(String.join("\n", said)).isZero();
    return String.join(
        "\n",
        said.stream()
            .filter(line -> line.matches(".*(UseSerialGC|UseCompactObjectHeaders).*"))
            .toList());
  }
}
