package io.filcdn.metrics;

import static org.awaitility.Awaitility.await;

import io.filcdn.testing.process.ClassArchive;
import io.filcdn.testing.process.FreePort;
import io.restassured.RestAssured;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** The packaged service as a process of its own. */
final class ServiceProcess {

  private static final Path JAR = Path.of("target", "quarkus-app", "quarkus-run.jar");

  private static final ClassArchive CLASSES =
      new ClassArchive(JAR, Path.of("target", "test-processes.jsa"));

  private static final Duration READY = Duration.ofMinutes(5);

  private static final List<String> SMALL = List.of("-XX:TieredStopAtLevel=1", "-Xmx128m");

  /** Options of a JVM that starts soon and is measured by nobody. */
  static final List<String> SOON = with(SMALL, CLASSES.option());

  /** Options of a JVM that is measured: the heap that the Helm chart gives it. */
  static final List<String> MEASURED = List.of("-Xmx460m");

  private ServiceProcess() {}

  private static List<String> with(List<String> options, String more) {
    List<String> all = new ArrayList<>(options);
    all.add(more);
    return List.copyOf(all);
  }

  /** Has one process of each build leave its classes to all others. */
  static void trainOnce(TestStack stack) {
    CLASSES.trainOnce(
        () -> {
          int port = FreePort.find();
          Map<String, String> environment =
              Map.of(
                  "FILCDN_NETWORK",
                  Path.of("..", "deploy", "networks", "devnet.json").toString(),
                  "QUARKUS_HTTP_PORT",
                  Integer.toString(port));
          Process process =
              start(
                  stack,
                  with(SMALL, CLASSES.trainingOption()),
                  Path.of("target", "training.log"),
                  environment);
          try {
            await().atMost(READY).until(() -> !process.isAlive() || isReady(port));
          } finally {
            process.destroy();
            process.onExit().join();
          }
        });
  }

  /** True where a process that listens there is ready. */
  static boolean isReady(int port) {
    try {
      return RestAssured.given().port(port).get("/q/health/ready").statusCode() == 200;
    } catch (Exception e) {
      // a refused connection too, which RestAssured throws undeclared
      return false;
    }
  }

  /**
   * Starts it on the stack's Kafka and Postgres.
   *
   * @param jvm options of its JVM
   * @param output where what it prints is added
   */
  static Process start(
      TestStack stack, List<String> jvm, Path output, Map<String, String> environment) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add("-XX:+UseSerialGC");
    command.addAll(jvm);
    command.add("-jar");
    command.add(JAR.toString());
    ProcessBuilder process =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.appendTo(output.toFile()));
    process.environment().put("FILCDN_METRICS_EDGES_LIST", TestEdges.list().toString());
    process.environment().put("FILCDN_METRICS_LEASES_REQUIRED", "false");
    process.environment().putAll(environment);
    process.environment().put("KAFKA_BOOTSTRAP_SERVERS", stack.bootstrapServers());
    process.environment().put("QUARKUS_DATASOURCE_JDBC_URL", stack.jdbcUrl());
    try {
      return process.start();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
