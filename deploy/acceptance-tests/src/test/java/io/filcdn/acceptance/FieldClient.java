package io.filcdn.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import io.filcdn.acceptance.Recipe.Result;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * A program of {@code docs/recipes.md} that not every machine has, what it reads, and what comes of
 * it.
 */
enum FieldClient {
  ARIA2C("aria2c", FieldFile.BYTES, Reads.ALL),
  RCLONE("rclone", FieldFile.BYTES, Reads.ALL),
  REQUESTS("Python, requests", FieldFile.BYTES, Reads.ALL),
  ZSYNC("zsync", FieldFile.BYTES, Reads.PART),
  GDAL("GDAL", FieldFile.COG, Reads.PART),
  FFMPEG("FFmpeg", FieldFile.FILM, Reads.PART),
  VIDEO("A video in a page", FieldFile.FILM, Reads.PART),
  DUCKDB("DuckDB", FieldFile.PARQUET, Reads.PART),
  HYPARQUET("Parquet in Node.js", FieldFile.PARQUET, Reads.PART),
  PMTILES("PMTiles", FieldFile.PMTILES, Reads.PART),
  PDFJS("pdf.js", FieldFile.PDF, Reads.PART),
  WORKER("A service worker's cache", FieldFile.BYTES, Reads.ALL);

  private static final int CHANGES = 5;

  private final String section;
  private final FieldFile file;
  private final Reads reads;

  /** The part of a piece that a program needs. */
  private enum Reads {
    ALL,
    PART
  }

  FieldClient(String section, FieldFile file, Reads reads) {
    this.section = section;
    this.file = file;
    this.reads = reads;
  }

  /** The number of rows that a Parquet file of such a size has. */
  private static long rows(long size) {
    return Math.max(1, size / 6_000_000) * 100_000;
  }

  /** The sections of all. */
  static Set<String> sections() {
    return Arrays.stream(values()).map(client -> client.section).collect(Collectors.toSet());
  }

  List<Recipe> recipes() {
    return Recipe.of(Set.of(section));
  }

  /** True where it needs all of a piece. */
  boolean readsAll() {
    return reads == Reads.ALL;
  }

  /** Makes a file for it to read, of about so many bytes. */
  Path make(Path folder, long size) {
    // a page holds the piece in memory, and who has an older file reads that
    return file.make(folder, this == WORKER || this == ZSYNC ? Math.min(size, 64 << 20) : size);
  }

  /** Puts into a folder what its commands take as given. */
  void prepare(Path folder, Path stored) throws IOException {
    if (this == ZSYNC) {
      Files.createSymbolicLink(folder.resolve("stored"), stored);
      Path old = Files.copy(stored, folder.resolve("old"));
      try (RandomAccessFile bytes = new RandomAccessFile(old.toFile(), "rw")) {
        for (int change = 1; change <= CHANGES; change++) {
          bytes.seek(bytes.length() / (CHANGES + 1) * change);
          bytes.write(new byte[1000]);
        }
      }
    }
  }

  /** Holds what its commands left and said to the file that was stored. */
  void check(List<Result> results, Path stored) throws IOException {
    StringBuilder text = new StringBuilder();
    for (Result result : results) {
      assertThat(result.outcome().exitCode()).as(result.outcome().text()).isZero();
      text.append(result.outcome().text()).append('\n');
      if (result.file("piece").isPresent()) {
        assertThat(Files.mismatch(result.folder().resolve("piece"), stored))
            .as("the place of the first byte that differs")
            .isEqualTo(-1);
      }
      for (String part : List.of("part", "part.tif", "frame.png")) {
        if (result.file(part).isPresent()) {
          assertThat(result.bytes(part)).hasValue(expected(part, stored, result.folder()));
        }
      }
    }
    assertThat(text).contains(says(Files.size(stored)));
  }

  /** The remark on a file of such a size; empty where nothing need be said. */
  private String says(long size) {
    return switch (this) {
      case ARIA2C, RCLONE, REQUESTS, ZSYNC -> "";
      case GDAL -> "Driver: GTiff/GeoTIFF";
      case FFMPEG -> "size=" + size;
      case VIDEO -> "at 90 %";
      case DUCKDB -> Long.toString(rows(size) - 1);
      case HYPARQUET -> "[{\"id\":1000},{\"id\":1001}]";
      // the number of tile 7/100/50 along an archive's curve
      case PMTILES -> "bytes, the first 18571";
      case PDFJS -> "Page " + (size >> 20);
      case WORKER -> size + " bytes";
    };
  }

  /** The part of the file, by the same program from the disk. */
  private byte[] expected(String part, Path stored, Path folder) throws IOException {
    if (part.equals("part")) {
      try (var bytes = Files.newInputStream(stored)) {
        return bytes.readNBytes(1000);
      }
    }
    String local = recipes().getFirst().text().replace("/vsicurl/$URL", "$URL");
    Path there = Files.createDirectory(folder.resolve("local"));
    Script.Outcome outcome =
        Script.run(
            Path.of("sh"),
            Map.of("URL", stored.toAbsolutePath().toString()),
            List.of("-ec", "cd '%s'\n%s".formatted(there, local)),
            Duration.ofMinutes(1));
    assertThat(outcome.exitCode()).as(outcome.text()).isZero();
    return Files.readAllBytes(there.resolve(part));
  }
}
