package io.filcdn.indexer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.filcdn.indexer.fake.Contracts;
import io.filcdn.indexer.fake.FakeChain;
import io.filcdn.indexer.fake.FakeNode;
import io.filcdn.testing.infra.Infra;
import io.filcdn.testing.process.ClassArchive;
import io.filcdn.testing.process.FreePort;
import io.restassured.RestAssured;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * The packaged service with a chain, a node that follows it, Postgres and Kafka, for the tests of a
 * class: RestAssured asks it.
 */
@SuppressWarnings("NullAway.Init")
final class PackagedIndexer implements BeforeAllCallback, AfterAllCallback {

  private static final Path JAR = Path.of("target", "quarkus-app", "quarkus-run.jar");

  private static final Duration READY = Duration.ofMinutes(5);

  private static final ClassArchive CLASSES =
      new ClassArchive(JAR, Path.of("target", "test-processes.jsa"));

  private final FakeChain chain = new FakeChain().block();
  private final Map<String, String> settings;
  private FakeNode node;
  private Infra infra;
  private Path networkFile;
  private Process process;

  /**
   * @param settings configuration beyond what every test has
   */
  PackagedIndexer(Map<String, String> settings) {
    this.settings = Map.copyOf(settings);
  }

  FakeChain chain() {
    return chain;
  }

  FakeNode node() {
    return node;
  }

  String kafka() {
    return infra.kafka().bootstrapServers();
  }

  String jdbcUrl() {
    return infra.postgres().jdbcUrl("indexer");
  }

  @Override
  public void beforeAll(ExtensionContext context) throws IOException {
    infra = Infra.start();
    node = FakeNode.start(chain);
    networkFile = Files.createTempFile("filcdn-network", ".json");
    Files.writeString(
        networkFile,
        Contracts.networkFile(
            List.of(node.url()), "{\"tag\": \"finalized\", \"fallbackDepth\": 8}"));
    CLASSES.trainOnce(this::train);
    String log = context.getRequiredTestClass().getSimpleName() + ".log";
    RestAssured.port = FreePort.find();
    process = start(CLASSES.option(), RestAssured.port, log);
    await().atMost(READY).until(() -> !process.isAlive() || answers(RestAssured.port));
    assertThat(process.isAlive()).as("the service runs; target/%s tells why not", log).isTrue();
  }

  private void train() {
    int port = FreePort.find();
    Process training = start(CLASSES.trainingOption(), port, "training.log");
    try {
      await().atMost(READY).until(() -> !training.isAlive() || answers(port));
    } finally {
      training.destroy();
      training.onExit().join();
    }
  }

  private Process start(String archive, int port, String log) {
    Map<String, String> all = new HashMap<>();
    all.put("filcdn.network", networkFile.toString());
    all.put("filcdn.indexer.head.poll", "20ms");
    all.put("filcdn.indexer.retry.longest", "200ms");
    all.put("filcdn.indexer.publish.poll", "20ms");
    all.put("kafka.bootstrap.servers", kafka());
    all.put("quarkus.datasource.jdbc.url", jdbcUrl());
    all.put("quarkus.hibernate-orm.schema-management.strategy", "validate");
    all.put("quarkus.http.host", "127.0.0.1");
    all.put("quarkus.http.port", Integer.toString(port));
    all.putAll(settings);
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xmx128m", archive));
    all.forEach((key, value) -> command.add("-D" + key + "=" + value));
    command.addAll(List.of("-jar", JAR.toString()));
    try {
      return new ProcessBuilder(command)
          .redirectErrorStream(true)
          .redirectOutput(Path.of("target", log).toFile())
          .start();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static boolean answers(int port) {
    try {
      return RestAssured.given().port(port).get("/q/health/live").statusCode() == 200;
    } catch (Exception e) {
      // a refused connection too, which RestAssured throws undeclared
      return false;
    }
  }

  @Override
  public void afterAll(ExtensionContext context) throws Exception {
    RestAssured.reset();
    process.destroyForcibly().waitFor();
    node.close();
    infra.close();
    Files.deleteIfExists(networkFile);
  }
}
