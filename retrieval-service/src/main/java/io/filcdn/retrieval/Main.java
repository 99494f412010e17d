package io.filcdn.retrieval;

import io.filcdn.service.start.ServiceStart;
import io.quarkus.runtime.annotations.QuarkusMain;

/** The entry point of the service. */
@QuarkusMain
public final class Main {

  private Main() {}

  public static void main(String... args) {
    ServiceStart.run("retrieval", new ServiceStart.Needs(false, false), args);
  }
}
