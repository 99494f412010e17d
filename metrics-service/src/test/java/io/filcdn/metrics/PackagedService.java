package io.filcdn.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.filcdn.testing.process.FreePort;
import io.restassured.RestAssured;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * The packaged service, with a Postgres and a Kafka, for the tests of a class: RestAssured asks it.
 */
final class PackagedService implements BeforeAllCallback, AfterAllCallback {

  private static final Duration READY = Duration.ofMinutes(5);

  private final Map<String, String> settings;
  private @Nullable TestStack stack;
  private @Nullable Process process;

  /**
   * @param settings configuration beyond what every test has
   */
  PackagedService(Map<String, String> settings) {
    this.settings = Map.copyOf(settings);
  }

  TestStack stack() {
    return Objects.requireNonNull(stack, "the class has not begun");
  }

  @Override
  public void beforeAll(ExtensionContext context) {
    TestStack begun = new TestStack();
    stack = begun;
    ServiceProcess.trainOnce(begun);
    List<String> options = new ArrayList<>(ServiceProcess.SOON);
    settings.forEach((key, value) -> options.add("-D" + key + "=" + value));
    int port = FreePort.find();
    Process started =
        ServiceProcess.start(
            begun,
            options,
            Path.of("target", context.getRequiredTestClass().getSimpleName() + ".log"),
            Map.of("QUARKUS_HTTP_PORT", Integer.toString(port)));
    process = started;
    RestAssured.port = port;
    await().atMost(READY).until(() -> !started.isAlive() || ServiceProcess.isReady(port));
    assertThat(started.isAlive()).as("the service runs").isTrue();
  }

  @Override
  public void afterAll(ExtensionContext context) throws InterruptedException {
    RestAssured.reset();
    if (process != null) {
      process.destroyForcibly().waitFor();
    }
    if (stack != null) {
      stack.close();
    }
  }
}
