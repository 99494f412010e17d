package io.filcdn.settlement.stage;

import static org.awaitility.Awaitility.await;

import io.filcdn.testing.chain.DevnetContracts;
import java.io.IOException;
import java.math.BigInteger;
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

  /** What so many bytes cost along one rail. */
  protected static BigInteger owedFor(long bytes) {
    return DevnetContracts.RATE_PER_BYTE.multiply(BigInteger.valueOf(bytes));
  }

  /** What the payee gets of a payment: the network takes ceil(amount / 200). */
  protected static BigInteger afterFee(BigInteger amount) {
    BigInteger fee = amount.add(BigInteger.valueOf(199)).divide(BigInteger.valueOf(200));
    return amount.subtract(fee);
  }
}
