package io.filcdn.settlement;

import io.filcdn.service.start.ServiceStart;
import io.quarkus.runtime.annotations.QuarkusMain;

/** The entry point of the service. */
@QuarkusMain
public final class Main {

  private Main() {}

  public static void main(String... args) {
    ServiceStart.run("settlement", new ServiceStart.Needs(true, true), args);
  }
}
