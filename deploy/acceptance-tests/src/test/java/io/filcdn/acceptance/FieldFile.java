package io.filcdn.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/** A kind of file that programs read out of a piece, made by {@code clients/field/make}. */
enum FieldFile {
  BYTES(""),
  COG(".tif"),
  FILM(".mp4"),
  PARQUET(".parquet"),
  PDF(".pdf"),
  PMTILES(".pmtiles");

  private static final Path CLIENTS = Path.of("../../clients/field");
  private static final Duration LIMIT = Duration.ofMinutes(5);

  private final String ending;

  FieldFile(String ending) {
    this.ending = ending;
  }

  /** Makes one of about so many bytes. */
  Path make(Path folder, long size) {
    Path file = folder.resolve("file" + ending);
    String make =
        switch (this) {
          case BYTES -> "head -c \"$1\" /dev/urandom >\"$2\"";
          case COG -> "make/cog.sh \"$1\" \"$2\"";
          case FILM -> "make/film.sh \"$1\" \"$2\"";
          case PARQUET -> "node make/parquet.mjs \"$1\" \"$2\"";
          case PDF -> "node make/pdf.mjs \"$1\" \"$2\"";
          case PMTILES -> "node make/pmtiles.mjs \"$1\" \"$2\"";
        };
    Script.Outcome outcome =
        Script.run(
            Path.of("sh"),
            Map.of(),
            List.of(
                "-ec",
                "cd '%s'\n%s".formatted(CLIENTS, make),
                "make",
                Long.toString(size),
                file.toAbsolutePath().toString()),
            LIMIT);
    assertThat(outcome.exitCode()).as(outcome.text()).isZero();
    return file;
  }

  /** Installs the libraries of npm that makers and readers use; the folder in which they are. */
  static Path installLibraries() {
    Script.Outcome outcome =
        Script.run(
            Path.of("sh"),
            Map.of(),
            List.of("-ec", "cd '%s'\n../../common/npm-install.sh clients/field".formatted(CLIENTS)),
            LIMIT);
    assertThat(outcome.exitCode()).as(outcome.text()).isZero();
    return CLIENTS.resolve("node_modules").toAbsolutePath().normalize();
  }
}
