package io.filcdn.retrieval;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Clients as Debian has them: curl and wget. */
class StockClientsIT extends EdgeTest {

  private static final Instant ADDED = Instant.parse("2017-07-14T02:40:00Z");

  @TempDir Path files;

  private Payer payer;
  private TestPiece piece;
  private Path file;

  @BeforeEach
  void place() throws Exception {
    payer = newPayer();
    piece = placed(payer, 3_000_000);
    file = files.resolve(piece.cid().toString());
  }

  /** By the path, as an IP address needs no name to be resolved. */
  private String url() {
    return "http://127.0.0.1:%d/%s/%s"
        .formatted(edge.client().port(), payer.address(), piece.cid());
  }

  /** Runs a program in the folder of files; what it printed. */
  private String run(String... command) throws Exception {
    Path log = files.resolve("log");
    Process process =
        new ProcessBuilder(command)
            .directory(files.toFile())
            .redirectErrorStream(true)
            .redirectOutput(log.toFile())
            .start();
    assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
    assertThat(process.exitValue()).as(Files.readString(log)).isZero();
    return Files.readString(log);
  }

  private String curl(String... options) throws Exception {
    List<String> command = new ArrayList<>(List.of("curl", "-sSf", "--max-time", "50"));
    command.addAll(Arrays.asList(options));
    command.add(url());
    return run(command.toArray(String[]::new));
  }

  @Test
  void curlThatAsksForAnUpgradeToHttp2GetsThePiece() throws Exception {
    for (String version : List.of("--http2", "--http2-prior-knowledge", "--http1.1", "--http1.0")) {
      curl(version, "-o", "piece");

      assertThat(Files.readAllBytes(files.resolve("piece"))).as(version).isEqualTo(piece.bytes());
    }
  }

  @Test
  void curlFetchesByDateAndRange() throws Exception {
    assertThat(curl("-R", "-o", "piece", "-w", "%{http_code}")).isEqualTo("200");
    assertThat(Files.getLastModifiedTime(files.resolve("piece"))).isEqualTo(FileTime.from(ADDED));

    assertThat(curl("-z", "piece", "-o", "piece", "-w", "%{http_code}")).isEqualTo("304");
    Files.write(files.resolve("half"), Arrays.copyOf(piece.bytes(), 1_000_000));
    curl("-C", "-", "-o", "half");
    assertThat(Files.readAllBytes(files.resolve("half"))).isEqualTo(piece.bytes());
  }

  @Test
  void curlFetchesSeveralRanges() throws Exception {
    for (String version : List.of("--http1.1", "--http2-prior-knowledge")) {
      String answer =
          curl(
              version,
              "-r",
              "0-9,100000-199999",
              "-o",
              "parts",
              "-w",
              "%{http_code} %{content_type}");

      assertThat(answer).startsWith("206 multipart/byteranges; boundary=");
      byte[] parts = Files.readAllBytes(files.resolve("parts"));
      assertThat(contains(parts, piece.bytes(), 0, 10)).isTrue();
      assertThat(contains(parts, piece.bytes(), 100_000, 100_000)).isTrue();
    }
    assertBilled(payer, 2 * 100_010, 3_000_000);
  }

  private static boolean contains(byte[] text, byte[] source, int at, int length) {
    byte[] wanted = Arrays.copyOfRange(source, at, at + length);
    return Stream.iterate(0, i -> i + length <= text.length, i -> i + 1)
        .anyMatch(i -> Arrays.equals(text, i, i + length, wanted, 0, length));
  }

  @Test
  void wgetFetchesOnlyWhatIsNewer() throws Exception {
    run("wget", "-nv", "-N", "--tries=1", url());
    assertThat(Files.readAllBytes(file)).isEqualTo(piece.bytes());
    assertThat(Files.getLastModifiedTime(file)).isEqualTo(FileTime.from(ADDED));
    FileTime changed = FileTime.from(ADDED.plusSeconds(1));
    Files.setLastModifiedTime(file, changed);

    run("wget", "-nv", "-N", "--tries=1", url());

    assertThat(Files.getLastModifiedTime(file)).isEqualTo(changed);
    assertBilled(payer, 3_000_000, 3_000_000);
  }

  @Test
  void wgetGoesOnWhereItStopped() throws IOException, Exception {
    Files.write(file, Arrays.copyOf(piece.bytes(), 1_000_000));

    run("wget", "-nv", "-c", "--tries=1", url());

    assertThat(Files.readAllBytes(file)).isEqualTo(piece.bytes());
    assertBilled(payer, 2_000_000, 3_000_000);
  }
}
