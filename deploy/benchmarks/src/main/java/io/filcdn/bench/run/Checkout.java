package io.filcdn.bench.run;

import java.nio.file.Path;

/** The checkout that is measured: where its parts are, and where results go. */
public record Checkout(Path root) {

  /** The folder that {@code ./filcdn} names, or the current one. */
  public static Checkout ofProperty() {
    return new Checkout(Path.of(System.getProperty("filcdn.checkout", "")).toAbsolutePath());
  }

  /** Where results are written. */
  public Path output() {
    return root.resolve("target").resolve("bench");
  }

  /** This module. */
  public Path benchmarks() {
    return root.resolve("deploy").resolve("benchmarks");
  }

  /** The running Java. */
  public static String java() {
    return Path.of(System.getProperty("java.home"), "bin", "java").toString();
  }
}
