package io.filcdn.testing.process;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * The folder in which a stack keeps everything: {@code .filcdn} in the checkout, or what {@code
 * --data} names.
 */
public record DataFolder(Path root) {

  private static final long LONGEST_LINE = 2000;
  private static final int LINES_OF_A_TRACE = 400;

  public DataFolder {
    root = root.toAbsolutePath().normalize();
  }

  /** The folder of what the chain {@code network} left behind: databases, Kafka's logs, caches. */
  public Path of(String network) {
    return root.resolve("networks").resolve(network.replaceAll("[^A-Za-z0-9._-]", "_"));
  }

  /** The file that describes what runs for scripts, as long as it runs. */
  public Path stackFile() {
    return root.resolve("stack.json");
  }

  /** The network file that the services read. */
  public Path networkFile() {
    return root.resolve("network.json");
  }

  /** The folder of Kafka's users, each a client's configuration. */
  public Path kafkaUsers() {
    return root.resolve("identity").resolve("kafka");
  }

  /** Held locked by the one supervisor that works on this folder. */
  public Path lockFile() {
    return root.resolve("up.lock");
  }

  /** The file in which {@code process} is remembered while it runs. */
  public Path pidFile(String process) {
    return root.resolve("pids").resolve(process + ".pid");
  }

  /** There while {@code service} is to be restarted, as somebody asked. */
  public Path restartFile(String service) {
    return root.resolve("pids").resolve(service + ".restart");
  }

  /** The log of what {@code process} says. */
  public Path log(String process) {
    return root.resolve("logs").resolve(process + ".log");
  }

  /** An empty log; what the one before said is kept beside it as {@code .log.1}. */
  public Path freshLog(String process) {
    Path log = log(process);
    try {
      Files.createDirectories(log.getParent());
      if (Files.exists(log)) {
        Files.move(
            log, log.resolveSibling(log.getFileName() + ".1"), StandardCopyOption.REPLACE_EXISTING);
      }
      return log;
    } catch (IOException e) {
      throw new StackFailure("no log can be written to %s: %s".formatted(log, e), e);
    }
  }

  /** The end of what {@code process} said. */
  public List<String> lastLines(String process, int most) {
    try (RandomAccessFile log = new RandomAccessFile(log(process).toFile(), "r")) {
      log.seek(Math.max(0, log.length() - most * LONGEST_LINE));
      byte[] end = new byte[(int) (log.length() - log.getFilePointer())];
      log.readFully(end);
      List<String> lines =
          new String(end, StandardCharsets.UTF_8).lines().filter(line -> !line.isBlank()).toList();
      return lines.subList(Math.max(0, lines.size() - most), lines.size());
    } catch (IOException e) {
      return List.of();
    }
  }

  /**
   * The cause of the end of {@code process}, in one line of its log; empty where it said nothing.
   */
  public Optional<String> cause(String process) {
    return LogCause.of(lastLines(process, LINES_OF_A_TRACE));
  }

  /**
   * Copies a folder with all that is in it, and who may read what. A file that goes meanwhile is
   * left out.
   *
   * @param left whether a path, relative to {@code from}, is left out with all that is in it
   */
  public static void copy(Path from, Path to, Predicate<Path> left) throws IOException {
    Files.walkFileTree(
        from,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult preVisitDirectory(Path each, BasicFileAttributes attributes)
              throws IOException {
            if (left.test(from.relativize(each))) {
              return FileVisitResult.SKIP_SUBTREE;
            }
            return visitFile(each, attributes);
          }

          @Override
          public FileVisitResult visitFile(Path each, BasicFileAttributes attributes)
              throws IOException {
            Path relative = from.relativize(each);
            if (!left.test(relative)) {
              try {
                Files.copy(each, to.resolve(relative), StandardCopyOption.COPY_ATTRIBUTES);
              } catch (NoSuchFileException e) {
                return visitFileFailed(each, e);
              }
            }
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult visitFileFailed(Path each, IOException failure)
              throws IOException {
            if (failure instanceof NoSuchFileException gone
                && each.toString().equals(gone.getFile())) {
              return FileVisitResult.CONTINUE;
            }
            throw failure;
          }
        });
  }

  /** Deletes a file or a folder with all that is in it, where it exists. */
  public static void delete(Path path) {
    if (!Files.exists(path)) {
      return;
    }
    try (Stream<Path> paths = Files.walk(path)) {
      for (Path each : paths.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(each);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(path + " cannot be deleted", e);
    }
  }
}
