package io.filcdn.retrieval;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.filcdn.common.index.PlacementRecord;
import io.filcdn.testing.infra.Kafka;
import io.filcdn.testing.process.ClassArchive;
import io.filcdn.testing.process.FreePort;
import io.restassured.RestAssured;
import io.restassured.specification.RequestSpecification;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** The service as it is deployed, in a process of its own that can be ended in any way. */
final class EdgeProcess implements AutoCloseable {

  private static final Path JAR = Path.of("target", "quarkus-app", "quarkus-run.jar");

  private static final String READINESS = "/q/health/ready";
  private static final Duration READY = Duration.ofMinutes(5);

  private static final ClassArchive CLASSES =
      new ClassArchive(JAR, Path.of("target", "test-processes.jsa"));

  /** Options of a JVM that lives for seconds, in which optimising costs more than it brings. */
  static final List<String> SOON = List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC");

  /** Options of a JVM that hashes much. */
  static final List<String> OPTIMISED = List.of("-XX:+UseSerialGC");

  private final List<String> jvm;
  private final Map<String, String> settings = new HashMap<>();
  private final Path data;
  private final int port = FreePort.find();
  private final int management = FreePort.find();
  private final HttpClient http = HttpClient.newHttpClient();
  private Process process;

  EdgeProcess(Kafka kafka, Path data, Map<String, String> more) throws IOException {
    this(SOON, kafka, data, more);
  }

  /**
   * @param jvm options of its JVM
   * @param more settings beyond what every test has
   */
  EdgeProcess(List<String> jvm, Kafka kafka, Path data, Map<String, String> more)
      throws IOException {
    this.jvm = jvm;
    this.data = data;
    settings.put("kafka.bootstrap.servers", kafka.bootstrapServers());
    settings.put("quarkus.http.host", "127.0.0.1");
    settings.put("quarkus.http.port", Integer.toString(management));
    settings.put("filcdn.network", Path.of("..", "deploy", "networks", "devnet.json").toString());
    settings.put("filcdn.retrieval.http.host", "127.0.0.1");
    settings.put("filcdn.retrieval.http.port", Integer.toString(port));
    settings.put("filcdn.retrieval.disk-reserve", "1M");
    settings.put("filcdn.retrieval.usage.flush-interval", "100ms");
    settings.put(
        "filcdn.retrieval.leases.serve-without-limit",
        Boolean.toString(!more.containsKey("filcdn.retrieval.leases.url")));
    settings.putAll(more);
    CLASSES.trainOnce(this::train);
    process = run(CLASSES.option(), data, "log");
  }

  /** Runs an edge with data of its own that leaves its classes to those that come. */
  private void train() {
    Process training =
        run(CLASSES.trainingOption(), data.resolveSibling("training"), "training.log");
    try {
      await().atMost(READY).until(() -> !training.isAlive() || status(READINESS) == 200);
    } finally {
      training.destroy();
      training.onExit().join();
    }
  }

  void start() {
    process = run(CLASSES.option(), data, "log");
  }

  private Process run(String archive, Path folder, String log) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(jvm);
    command.add(archive);
    command.addAll(List.of("-Xmx256m", "-XX:MaxDirectMemorySize=128m"));
    settings.forEach((key, value) -> command.add("-D" + key + "=" + value));
    command.add("-Dfilcdn.retrieval.data=" + folder);
    command.addAll(List.of("-jar", JAR.toString()));
    File output = data.resolveSibling(log).toFile();
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.appendTo(output));
    try {
      return builder.start();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Has the disk refuse to make any of its files longer than that, as a full one does. */
  void limitFiles(String bytes) throws IOException {
    String pid = Long.toString(process.pid());
    Process limit =
        new ProcessBuilder("prlimit", "--pid", pid, "--fsize=" + bytes + ":unlimited")
            .inheritIO()
            .start();
    assertThat(limit.onExit().join().exitValue()).isZero();
  }

  EdgeClient client() {
    return new EdgeClient(port);
  }

  /** A request to the management port. */
  RequestSpecification given() {
    return RestAssured.given().baseUri("http://127.0.0.1").port(management);
  }

  boolean isReady() {
    return process.isAlive() && status(READINESS) == 200;
  }

  void awaitReady() {
    await().atMost(READY).until(this::isReady);
  }

  /** Waits until the edge serves a placement. */
  void awaitPlaced(PlacementRecord placement) {
    await()
        .atMost(Duration.ofMinutes(1))
        .until(
            () ->
                client()
                        .send("HEAD", placement.payer() + ".localhost", "/" + placement.pieceCid())
                        .status()
                    == 200);
  }

  /** The status of an answer on the management port; 0 where there is none. */
  int status(String path) {
    return management("GET", path).map(HttpResponse::statusCode).orElse(0);
  }

  Optional<HttpResponse<String>> management(String method, String path, String... headers) {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + management + path))
            .timeout(Duration.ofSeconds(10))
            .method(method, HttpRequest.BodyPublishers.noBody());
    if (headers.length > 0) {
      request.headers(headers);
    }
    try {
      return Optional.of(http.send(request.build(), HttpResponse.BodyHandlers.ofString()));
    } catch (IOException e) {
      return Optional.empty();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return Optional.empty();
    }
  }

  /** Asks it to end, as Kubernetes does. */
  void terminate() {
    process.destroy();
  }

  /** Ends it without asking. */
  void kill() throws InterruptedException {
    process.destroyForcibly();
    assertThat(process.waitFor(20, TimeUnit.SECONDS)).isTrue();
  }

  void awaitEnd() throws InterruptedException {
    assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
  }

  /** How much memory the process has, native parts and all. */
  long residentBytes() throws IOException {
    return Files.readAllLines(Path.of("/proc/" + process.pid() + "/status")).stream()
        .filter(line -> line.startsWith("VmRSS"))
        .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) << 10)
        .findFirst()
        .orElseThrow();
  }

  @Override
  public void close() {
    process.destroyForcibly().onExit().join();
  }
}
