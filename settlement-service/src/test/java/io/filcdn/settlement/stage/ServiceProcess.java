package io.filcdn.settlement.stage;

import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.filcdn.testing.process.ClassArchive;
import io.restassured.RestAssured;
import io.restassured.response.ValidatableResponse;
import io.restassured.specification.RequestSpecification;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/**
 * The settlement service as the operator runs it: a process of its own, with 128 MB of heap, if not
 * told otherwise.
 */
public final class ServiceProcess implements AutoCloseable {

  private static final Path JAR = Path.of("target", "quarkus-app", "quarkus-run.jar");

  private static final ClassArchive CLASSES =
      new ClassArchive(JAR, Path.of("target", "test-processes.jsa"));

  private static final Pattern LISTENING = Pattern.compile("Listening on: http://[^:]+:(\\d+)");

  /** The variable that gives it more heap. */
  public static final String HEAP = "HEAP";

  /** How far its JVM optimises: 4 is all, for what is measured. */
  public static final String TIER = "TIER";

  /** The variable that has it leave its classes for those that start after it. */
  static final String TRAINING = "TRAINING";

  private static final Duration PATIENCE = Duration.ofMinutes(4);

  private final Process process;
  private final Path log;

  private ServiceProcess(Process process, Path log) {
    this.process = process;
    this.log = log;
  }

  static ServiceProcess start(Map<String, String> environment, Path log) {
    ProcessBuilder builder =
        new ProcessBuilder(
                List.of(
                    ProcessHandle.current().info().command().orElse("java"),
                    // most live for seconds, in which optimising costs more than it brings
                    "-XX:TieredStopAtLevel=" + environment.getOrDefault(TIER, "1"),
                    "-XX:+UseSerialGC",
                    environment.containsKey(TRAINING) ? CLASSES.trainingOption() : CLASSES.option(),
                    "-XX:MaxHeapSize=" + environment.getOrDefault(HEAP, "128m"),
                    "-jar",
                    JAR.toString()))
            .redirectErrorStream(true)
            .redirectOutput(log.toFile());
    builder.environment().keySet().removeIf(name -> name.startsWith("FILCDN_"));
    builder.environment().putAll(environment);
    try {
      return new ServiceProcess(builder.start(), log);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Has one process of each build leave its classes to all others. */
  static void trainOnce(Supplier<ServiceProcess> training) {
    CLASSES.trainOnce(() -> training.get().awaitReady().end());
  }

  public ServiceProcess awaitReady() {
    awaitHttp();
    await().atMost(PATIENCE).until(() -> given().get("/q/health/ready").statusCode() == 200);
    return this;
  }

  public ServiceProcess awaitHttp() {
    await().atMost(PATIENCE).until(() -> port().isPresent() || !process.isAlive());
    if (!process.isAlive()) {
      throw new IllegalStateException("the service ended:\n" + log());
    }
    return this;
  }

  /** A request of anyone. */
  public RequestSpecification given() {
    return RestAssured.given().baseUri("http://127.0.0.1").port(port().orElseThrow());
  }

  /** A request of one who claims to be an operator. */
  public RequestSpecification givenToken(String token) {
    return given().header("Authorization", "Bearer " + token);
  }

  /** The answer to a request of an operator who has the right token. */
  public ValidatableResponse order(String path) {
    return givenToken(Stage.ADMIN_TOKEN).post(path).then().statusCode(200);
  }

  public JsonNode json(String path) {
    try {
      return JsonMapper.builder().build().readTree(given().get(path).asString());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The metrics as Prometheus reads them. */
  public String metrics() {
    return given().get("/q/metrics").asString();
  }

  /** The newest transactions of its ledger. */
  public Stream<JsonNode> transactions() {
    return StreamSupport.stream(
        json("/api/v1/transactions?limit=100").at("/transactions").spliterator(), false);
  }

  /** Those that concern a data set, newest first. */
  public List<JsonNode> transactionsOf(UsedDataSet dataSet) {
    String id = dataSet.id().toString();
    return transactions()
        .filter(transaction -> transaction.at("/dataSets").findValuesAsText("dataSet").contains(id))
        .sorted(
            Comparator.comparingLong((JsonNode transaction) -> transaction.at("/id").asLong())
                .reversed())
        .toList();
  }

  /** Its reports alone: once one is included, what is owed can be settled at any time. */
  public List<JsonNode> reportsOf(UsedDataSet dataSet) {
    return transactionsOf(dataSet).stream()
        .filter(transaction -> transaction.at("/activity").asText().equals("report"))
        .toList();
  }

  public List<String> reportStatesOf(UsedDataSet dataSet) {
    return reportsOf(dataSet).stream()
        .map(transaction -> transaction.at("/state").asText())
        .toList();
  }

  /** What it wrote so far. */
  public String log() {
    try {
      return Files.readString(log);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Waits until it has ended by itself. */
  public int awaitEnd() {
    try {
      if (!process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
        throw new IllegalStateException("the service still runs:\n" + log());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
    return process.exitValue();
  }

  /** Ends it as Kubernetes does, and waits for its end. */
  public void end() {
    process.destroy();
    awaitEnd();
  }

  /** Ends it as kill -9 does. */
  public void kill() {
    destroy();
    awaitEnd();
  }

  /** The same, without waiting for its end. */
  public void destroy() {
    process.destroyForcibly();
  }

  public boolean isAlive() {
    return process.isAlive();
  }

  @Override
  public void close() {
    end();
  }

  private Optional<Integer> port() {
    Matcher found = LISTENING.matcher(log());
    return found.find() ? Optional.of(Integer.valueOf(found.group(1))) : Optional.empty();
  }
}
