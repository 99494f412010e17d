package io.filcdn.metrics;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** The packaged service as a process of its own. */
final class ServiceProcess {

  private ServiceProcess() {}

  /** Options of a JVM that starts soon and is measured by nobody. */
  static final List<String> SOON = List.of("-XX:TieredStopAtLevel=1", "-Xmx128m");

  /** Options of a JVM that is measured: the heap that the Helm chart gives it. */
  static final List<String> MEASURED = List.of("-Xmx460m");

  /**
   * Starts it on the stack's Kafka and Postgres.
   *
   * @param jvm options of its JVM
   * @param output where what it prints is added
   */
  static Process start(
      TestStack stack, List<String> jvm, Path output, Map<String, String> environment)
      throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add("-XX:+UseSerialGC");
    command.addAll(jvm);
    command.add("-jar");
    command.add(Path.of("target", "quarkus-app", "quarkus-run.jar").toString());
    ProcessBuilder process =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.appendTo(output.toFile()));
    process.environment().put("FILCDN_METRICS_EDGES_LIST", TestEdges.list().toString());
    process.environment().put("FILCDN_METRICS_LEASES_REQUIRED", "false");
    process.environment().putAll(environment);
    process.environment().put("KAFKA_BOOTSTRAP_SERVERS", stack.bootstrapServers());
    process.environment().put("QUARKUS_DATASOURCE_JDBC_URL", stack.jdbcUrl());
    return process.start();
  }
}
