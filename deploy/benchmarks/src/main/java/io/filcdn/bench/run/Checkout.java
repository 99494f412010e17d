package io.filcdn.bench.run;

import java.io.File;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

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

  /** The options of the Java that runs an edge, from the files that its image is made with too. */
  public List<String> edgeJavaOptions() {
    return Stream.of("service", "retrieval")
        .map(name -> "@" + root.resolve("deploy/java/%s.options".formatted(name)))
        .toList();
  }

  /** The running class path, for processes that run in other folders. */
  public static String classPath() {
    return Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
        .map(entry -> Path.of(entry).toAbsolutePath().toString())
        .collect(Collectors.joining(File.pathSeparator));
  }

  /** The running Java. */
  public static String java() {
    return Path.of(System.getProperty("java.home"), "bin", "java").toString();
  }
}
