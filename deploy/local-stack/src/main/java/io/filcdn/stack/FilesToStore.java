package io.filcdn.stack;

import io.filcdn.common.piece.PieceCid;
import io.filcdn.testing.process.Console;
import io.filcdn.testing.process.StackFailure;
import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.SequencedMap;
import java.util.function.Function;

/**
 * The files of one {@code ./filcdn store}: those that were named, and all in folders that were.
 *
 * @param all each once, in the order in which they were named; of a folder, by name
 */
record FilesToStore(List<FileToStore> all) {

  /** The number of files that are stored at a time; what is known of each is in memory. */
  private static final int MOST = 10_000;

  FilesToStore {
    all = List.copyOf(all);
  }

  /**
   * Looks at each file, also at those in folders.
   *
   * @throws StackFailure where there are none, or too many
   */
  static FilesToStore of(List<String> names) throws IOException {
    if (names.isEmpty()) {
      throw new StackFailure("expected at least one file or folder: ./filcdn store FILE…");
    }
    SequencedMap<Path, FileToStore> found = new LinkedHashMap<>();
    for (String name : names) {
      Path path = Path.of(name);
      if (Files.isDirectory(path)) {
        within(path).forEach(file -> add(found, file));
      } else {
        add(found, FileToStore.at(path));
      }
    }
    if (found.isEmpty()) {
      throw new StackFailure("store: no file is in %s".formatted(String.join(", ", names)));
    }
    return new FilesToStore(List.copyOf(found.values()));
  }

  private static void add(SequencedMap<Path, FileToStore> found, FileToStore file) {
    found.putIfAbsent(file.path().normalize(), file);
    if (found.size() > MOST) {
      throw new StackFailure(
          "store: expected at most %d files at a time, found more: store some of them first"
              .formatted(MOST));
    }
  }

  private static List<FileToStore> within(Path folder) throws IOException {
    List<FileToStore> files = new ArrayList<>();
    Files.walkFileTree(
        folder,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
            return found(FileToStore.at(file));
          }

          @Override
          public FileVisitResult visitFileFailed(Path file, IOException cause) {
            return found(FileToStore.unreadable(file, cause));
          }

          private FileVisitResult found(FileToStore file) {
            files.add(file);
            return files.size() > MOST ? FileVisitResult.TERMINATE : FileVisitResult.CONTINUE;
          }
        });
    files.sort((one, other) -> one.path().compareTo(other.path()));
    return files;
  }

  /** Those that do not stay behind. */
  List<FileToStore> onTheirWay() {
    return all.stream().filter(FileToStore::isOnItsWay).toList();
  }

  /** The pieces of those, each once, however many files it is of. */
  List<PieceCid> pieces() {
    return onTheirWay().stream().flatMap(file -> file.piece().stream()).distinct().toList();
  }

  /** Leaves the files of {@code pieces} behind. */
  void fail(Collection<PieceCid> pieces, Function<PieceCid, String> reason) {
    for (FileToStore file : onTheirWay()) {
      file.piece().filter(pieces::contains).map(reason).ifPresent(file::fail);
    }
  }

  /**
   * Tells of each file where it can be fetched, or why it cannot.
   *
   * @throws StackFailure where any is not stored
   */
  void report(Console console, Function<PieceCid, String> url) {
    List<FileToStore> left = all.stream().filter(file -> !file.isOnItsWay()).toList();
    if (all.size() == 1 && !left.isEmpty()) {
      throw new StackFailure(
          "store: %s %s".formatted(all.getFirst().path(), all.getFirst().failure().orElseThrow()));
    }
    int width = all.stream().mapToInt(file -> file.path().toString().length()).max().orElse(0);
    String row = "%-" + Math.max(width, "FILE".length()) + "s  %15s  %s";
    console.say(row.formatted("FILE", "BYTES", "URL"));
    for (FileToStore file : all) {
      console.say(
          row.formatted(
              file.path(),
              file.piece().map(piece -> bytes(piece.rawSize())).orElse(""),
              file.failure()
                  .map(reason -> "not stored: it " + reason)
                  .orElseGet(() -> file.piece().map(url).orElse(""))));
    }
    if (!left.isEmpty()) {
      throw new StackFailure(
          "store: %d of %d files are not stored; the table says why"
              .formatted(left.size(), all.size()));
    }
  }

  private static String bytes(long count) {
    return String.format(Locale.ROOT, "%,d", count);
  }
}
