package io.filcdn.indexer;

import java.time.Duration;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;

/** How long tests wait for what is to come about: a machine can be busy. */
public final class Patience {

  private Patience() {}

  public static ConditionFactory patiently() {
    return Awaitility.await().atMost(Duration.ofMinutes(1));
  }
}
