package io.filcdn.metrics;

import io.filcdn.service.start.ServiceStart;
import io.quarkus.runtime.annotations.QuarkusMain;

/** The entry point of the service. */
@QuarkusMain
public final class Main {

  private Main() {}

  public static void main(String... args) {
    ServiceStart.run("metrics", new ServiceStart.Needs(true, false), args);
  }
}
