package io.filcdn.settlement.stage;

import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;

/**
 * Tests of the service as a process, against Postgres, Kafka and a chain with the real contracts'
 * rules. All tests of a class share one stage; each starts the service anew.
 */
public abstract class OnStage {

  @TempDir static Path folder;

  protected static Stage stage;

  @BeforeAll
  static void open() {
    stage = Stage.open(folder);
  }

  @AfterEach
  void reset() {
    stage.reset();
  }

  @AfterAll
  static void close() throws IOException {
    stage.close();
  }

  protected static ConditionFactory patiently() {
    return await().atMost(Duration.ofMinutes(5)).pollInterval(Duration.ofMillis(200));
  }
}
