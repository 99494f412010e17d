package io.filcdn.testing.provider;

import io.filcdn.common.piece.CommP;
import io.filcdn.common.piece.CommPHasher;
import io.filcdn.common.piece.PieceCid;
import io.filcdn.common.piece.PieceName;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Comparator;
import java.util.Optional;
import java.util.stream.Stream;

/** The pieces a provider keeps: one file each, named by its {@link PieceCid}. */
final class PieceStore {

  private static final String UNFINISHED = ".part";
  private static final int CHUNK = 1 << 16;

  private final Path folder;

  private PieceStore(Path folder) {
    this.folder = folder;
  }

  /** Opens a folder, which is made where it is missing; what was not finished in it is dropped. */
  static PieceStore in(Path folder) throws IOException {
    Files.createDirectories(folder);
    try (Stream<Path> files = Files.list(folder)) {
      for (Path part : files.filter(file -> file.toString().endsWith(UNFINISHED)).toList()) {
        Files.delete(part);
      }
    }
    return new PieceStore(folder);
  }

  /** A refusal: there are more bytes than were allowed. */
  static final class TooLargeException extends IOException {
    private TooLargeException(long most) {
      super("expected at most %d bytes, found more".formatted(most));
    }
  }

  /** Keeps what {@code bytes} holds, to its end. The same bytes again change nothing. */
  PieceCid put(InputStream bytes) throws IOException {
    return put(bytes, Long.MAX_VALUE);
  }

  /**
   * The same of at most so many bytes.
   *
   * @throws TooLargeException where there are more, of which nothing is kept
   */
  PieceCid put(InputStream bytes, long most) throws IOException {
    Path part = Files.createTempFile(folder, "incoming-", UNFINISHED);
    try {
      CommPHasher hasher = new CommPHasher();
      try (OutputStream file = Files.newOutputStream(part)) {
        byte[] chunk = new byte[CHUNK];
        long left = most;
        for (int read = bytes.read(chunk); read >= 0; read = bytes.read(chunk)) {
          left -= read;
          if (left < 0) {
            throw new TooLargeException(most);
          }
          file.write(chunk, 0, read);
          hasher.update(chunk, 0, read);
        }
      }
      PieceCid cid = hasher.finish();
      Files.move(part, file(cid), StandardCopyOption.ATOMIC_MOVE);
      return cid;
    } finally {
      Files.deleteIfExists(part);
    }
  }

  /**
   * The piece of that name. A v1 CID stands for pieces of several sizes; here for the smallest one
   * that is kept.
   */
  Optional<PieceCid> find(PieceName name) throws IOException {
    return switch (name) {
      case PieceCid cid -> Files.exists(file(cid)) ? Optional.of(cid) : Optional.empty();
      case CommP root -> {
        try (Stream<Path> files = Files.list(folder)) {
          yield files
              .map(file -> file.getFileName().toString())
              .filter(file -> !file.endsWith(UNFINISHED))
              .map(PieceCid::parse)
              .filter(cid -> cid.commP().equals(root))
              .min(Comparator.comparingLong(PieceCid::rawSize));
        }
      }
    };
  }

  Path file(PieceCid cid) {
    return folder.resolve(cid.toString());
  }
}
