package io.filcdn.stack;

import io.filcdn.testing.process.ClassArchive;
import io.filcdn.testing.process.StackFailure;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * The folder with FilCDN's sources and what was built of them.
 *
 * @param root where {@code ./filcdn} lies
 */
record Checkout(Path root) {

  private static final String PROPERTY = "filcdn.checkout";

  /** The one that {@code ./filcdn} told this process of. */
  static Checkout ofThisProcess() {
    String root = System.getProperty(PROPERTY);
    if (root == null) {
      throw new StackFailure("expected -D%s=FOLDER: start this with ./filcdn".formatted(PROPERTY));
    }
    return new Checkout(Path.of(root));
  }

  Path networks() {
    return root.resolve("deploy/networks");
  }

  /** The jar that runs {@code service}. */
  Path jar(String service) {
    Path jar = root.resolve(service + "-service/target/quarkus-app/quarkus-run.jar");
    if (!Files.exists(jar)) {
      throw new StackFailure(
          "the %s service is not built: expected %s; ./filcdn up builds it, but not with --no-build"
              .formatted(service, jar));
    }
    return jar;
  }

  /**
   * The options of the Java that runs a process, from the files that its image is made with too.
   */
  List<String> javaOptions(String process) {
    return Stream.of("service", process)
        .map(name -> root.resolve("deploy/java/%s.options".formatted(name)))
        .filter(Files::exists)
        .map(file -> "@" + file)
        .toList();
  }

  /** The place of a service's AOT cache: beside what was built, and gone with it. */
  Path aotCache(String service) {
    return root.resolve("%s-service/target/%s.aot".formatted(service, service));
  }

  /** The place of the archive of a service's classes, which a build leaves there. */
  ClassArchive classArchive(String service) {
    return new ClassArchive(
        jar(service), root.resolve("%s-service/target/%s.jsa".formatted(service, service)));
  }

  /** The Java that runs this process runs the others too. */
  static String java() {
    return Path.of(System.getProperty("java.home"), "bin", "java").toString();
  }
}
