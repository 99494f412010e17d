package io.filcdn.stack;

import io.filcdn.common.piece.PieceCid;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** A file that is to become a piece, with how far it came: its piece, or why it stays behind. */
final class FileToStore {

  /**
   * The most that Curio takes of one piece: a sector of 64 GiB, less the bits that padding takes.
   */
  private static final long MOST_BYTES = (64L << 30) / 128 * 127;

  private final Path path;
  private final long size;
  private Optional<PieceCid> piece = Optional.empty();
  private Optional<String> failure = Optional.empty();

  private FileToStore(Path path, long size) {
    this.path = path;
    this.size = size;
  }

  /** The file at {@code path}, which stays behind where no piece can be made of it. */
  static FileToStore at(Path path) {
    try {
      Optional<String> objection = objection(path);
      FileToStore file = new FileToStore(path, objection.isEmpty() ? Files.size(path) : 0);
      objection.ifPresent(file::fail);
      return file;
    } catch (IOException e) {
      return unreadable(path, e);
    }
  }

  /** A file or a folder at {@code path} that cannot be read. */
  static FileToStore unreadable(Path path, IOException cause) {
    FileToStore file = new FileToStore(path, 0);
    file.fail("cannot be read: " + cause);
    return file;
  }

  private static Optional<String> objection(Path path) throws IOException {
    if (!Files.exists(path)) {
      return Optional.of("does not exist");
    }
    if (!Files.isRegularFile(path)) {
      return Optional.of("is no regular file: expected a file or a folder");
    }
    if (!Files.isReadable(path)) {
      return Optional.of("cannot be read: its permissions do not allow it");
    }
    try (InputStream bytes = Files.newInputStream(path)) {
      if (bytes.read() < 0) {
        return Optional.of("is empty: expected at least one byte");
      }
    }
    long size = Files.size(path);
    return size > MOST_BYTES
        ? Optional.of(
            "is too large: expected at most %d bytes, found %d".formatted(MOST_BYTES, size))
        : Optional.empty();
  }

  Path path() {
    return path;
  }

  /** Its bytes, as many as there were when it was looked at. */
  long size() {
    return size;
  }

  /** The piece that the provider made of it, once it did. */
  Optional<PieceCid> piece() {
    return piece;
  }

  void becomes(PieceCid cid) {
    piece = Optional.of(cid);
  }

  /** The reason that it stays behind, as in {@code is empty: expected at least one byte}. */
  Optional<String> failure() {
    return failure;
  }

  void fail(String reason) {
    failure = Optional.of(reason);
  }

  boolean isOnItsWay() {
    return failure.isEmpty();
  }
}
