package io.filcdn.retrieval.media;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;

/**
 * A kind of file, as {@code kinds.csv} lists them: a real one lies in {@code kinds/}. Sound, film
 * and most pictures were made with ffmpeg, the others with cjxl, heif-enc, fontTools, Python's
 * zipfile, tarfile and sqlite3, hyparquet-writer and apache-arrow; CAR, GeoTIFF, GLB, PDF, PMTiles,
 * WebAssembly and texts by hand.
 *
 * @param file its name
 * @param told the media type that its bytes tell
 * @param named the media type that the name chooses
 * @param browser what Chromium does with its address
 */
public record Kind(String file, String told, String named, Outcome browser) {

  private static final Path TABLE = Path.of("src", "test", "resources", "kinds.csv");

  /** The use that a browser makes of a file whose address somebody opens. */
  public enum Outcome {
    SHOWN,
    PLAYED,
    SAVED
  }

  /** All kinds. */
  public static List<Kind> all() {
    try {
      return Files.readAllLines(TABLE, StandardCharsets.UTF_8).stream()
          .skip(1)
          .map(line -> Arrays.stream(line.split("\\|")).map(String::strip).toList())
          .map(row -> new Kind(row.get(0), row.get(1), row.get(2), Outcome.valueOf(row.get(3))))
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException("the table of kinds cannot be read", e);
    }
  }

  /** The kind of a file of the table. */
  public static Kind of(String file) {
    return all().stream().filter(kind -> kind.file.equals(file)).findFirst().orElseThrow();
  }

  /** The file's bytes. */
  public byte[] bytes() {
    try {
      return Files.readAllBytes(TABLE.resolveSibling("kinds").resolve(file));
    } catch (IOException e) {
      throw new UncheckedIOException("a file of a kind cannot be read", e);
    }
  }

  @Override
  public String toString() {
    return file;
  }
}
