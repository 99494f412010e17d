package io.filcdn.stack;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.filcdn.testing.process.ClassArchive;
import io.filcdn.testing.process.Http;
import io.filcdn.testing.process.Listener;
import io.filcdn.testing.process.Ports;
import io.filcdn.testing.process.StackProcesses;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * One of the four services, as this stack runs it.
 *
 * @param name as in {@code indexer}
 * @param java what to execute, up to the jar
 * @param classArchive the program, and the classes of its start as Java loads them (JEP 350), where
 *     they were archived
 * @param aotCache where Java remembers what the program loads and links (JEP 514), once it was
 *     trained
 * @param environment its configuration
 * @param management where it answers {@code /q/health}
 */
record Service(
    String name,
    List<String> java,
    ClassArchive classArchive,
    Path aotCache,
    Map<String, String> environment,
    String management) {

  private static final JsonMapper JSON = JsonMapper.builder().build();
  private static final int OK = 200;

  Service {
    java = List.copyOf(java);
    environment = Map.copyOf(environment);
  }

  ProcessHandle start(StackProcesses processes) {
    return start(processes, faster());
  }

  /** The options by which Java starts faster with what it knows of this very build. */
  private List<String> faster() {
    if (isTrained()) {
      return List.of("-XX:AOTCache=" + aotCache);
    }
    // quiet: what of the JDK's own archive it cannot use for these options is no error
    return isOfThisBuild(classArchive.file())
        ? List.of(classArchive.option(), "-Xlog:cds=off")
        : List.of();
  }

  /** Starts it to learn: at its end it leaves the AOT cache. */
  ProcessHandle startTraining(StackProcesses processes) {
    return start(processes, List.of("-XX:AOTCacheOutput=" + aotCache));
  }

  private ProcessHandle start(StackProcesses processes, List<String> aot) {
    List<String> command = new ArrayList<>(java);
    command.addAll(aot);
    command.addAll(List.of("-jar", classArchive.jar().toString()));
    return processes.start(name, command, environment);
  }

  /** True where there is an AOT cache of this very build. */
  boolean isTrained() {
    return isOfThisBuild(aotCache);
  }

  private boolean isOfThisBuild(Path made) {
    return made.toFile().lastModified() > classArchive.jar().toFile().lastModified();
  }

  /**
   * The health that a service tells of itself.
   *
   * @param answers whether it says anything
   * @param missing what it lacks, for a person
   */
  record Health(boolean answers, boolean ready, String missing) {}

  /** Asks the service how it is. */
  Health health(Http http) {
    return http.ask(readiness())
        .map(answer -> new Health(true, answer.statusCode() == OK, missing(answer)))
        .orElseGet(() -> new Health(false, false, "nothing answers at " + readiness()));
  }

  private String missing(HttpResponse<String> answer) {
    List<String> down = new ArrayList<>();
    try {
      for (JsonNode check : JSON.readTree(answer.body()).path("checks")) {
        if (!check.path("status").asText().equals("UP")) {
          down.add("%s %s".formatted(check.path("name").asText(), check.path("data")));
        }
      }
    } catch (JsonProcessingException e) {
      down.add("%s answers %d".formatted(readiness(), answer.statusCode()));
    }
    return String.join(", ", down);
  }

  private String readiness() {
    return management + "/q/health/ready";
  }

  /** The URL where each service answers {@code /q/}: retrieval on a port of its own for that. */
  static String management(String service, Ports ports) {
    return ports.url(
        service.equals("retrieval")
            ? Listener.RETRIEVAL_MANAGEMENT
            : Listener.valueOf(service.toUpperCase(Locale.ROOT)));
  }
}
