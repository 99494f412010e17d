package io.filcdn.metrics;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;

/** The packaged service as a process of its own. */
final class ServiceProcess {

  private ServiceProcess() {}

  /**
   * Starts it on the stack's Kafka and Postgres.
   *
   * @param output where what it prints is added
   */
  static Process start(TestStack stack, Path output, Map<String, String> environment)
      throws IOException {
    ProcessBuilder process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "-Xmx128m",
                "-jar",
                Path.of("target", "quarkus-app", "quarkus-run.jar").toString())
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.appendTo(output.toFile()));
    process.environment().putAll(environment);
    process.environment().put("KAFKA_BOOTSTRAP_SERVERS", stack.bootstrapServers());
    process.environment().put("QUARKUS_DATASOURCE_JDBC_URL", stack.jdbcUrl());
    return process.start();
  }
}
