package io.filcdn.retrieval.admission;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.filcdn.common.piece.CommP;
import io.filcdn.common.piece.PieceCid;
import io.filcdn.common.piece.PieceName;
import io.filcdn.retrieval.admission.Denylist.Source;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.Reader;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DenylistTest {

  private static final int MANY = 1_000_000;

  @TempDir Path folder;

  private static PieceCid piece(long seed) {
    return new PieceCid(new CommP(seed, 2, 3, 4), 20, 1_000_000);
  }

  /** The line of the Bad Bits format that denies a name. */
  static String line(PieceName name) throws Exception {
    byte[] hash =
        MessageDigest.getInstance("SHA-256")
            .digest((name + "/").getBytes(StandardCharsets.US_ASCII));
    return "//" + HexFormat.of().formatHex(hash);
  }

  private static BufferedReader lines(String... lines) {
    return new BufferedReader(new StringReader(String.join("\n", lines)));
  }

  @Test
  void aPieceIsDeniedByEitherSpelling() throws Exception {
    try (Denylist list = Denylist.open(folder)) {
      list.replace(Source.REMOTE, lines(line(piece(1)), line(piece(2).commP())), "");

      assertThat(list.holds(piece(1))).isTrue();
      assertThat(list.holds(piece(2))).isTrue();
      assertThat(list.holds(piece(3))).isFalse();
    }
  }

  @Test
  void otherLinesAreSkipped() throws Exception {
    String entry = line(piece(1));
    try (Denylist list = Denylist.open(folder)) {
      long entries =
          list.replace(
              Source.LOCAL,
              lines(
                  "version: 1",
                  "---",
                  "# comment",
                  "",
                  "/ipfs/bafy",
                  "//" + "z".repeat(64),
                  entry.substring(0, 65),
                  entry + "0",
                  " " + entry + "\r"),
              "");

      assertThat(entries).isEqualTo(1);
      assertThat(list.holds(piece(1))).isTrue();
    }
  }

  @Test
  void aNewListTakesTheOldOnesPlaceAndBothSourcesCount() throws Exception {
    try (Denylist list = Denylist.open(folder)) {
      list.replace(Source.REMOTE, lines(line(piece(1))), "");
      list.replace(Source.LOCAL, lines(line(piece(2))), "");

      list.replace(Source.REMOTE, lines(line(piece(3))), "");

      assertThat(list.holds(piece(1))).isFalse();
      assertThat(list.holds(piece(2))).isTrue();
      assertThat(list.holds(piece(3))).isTrue();
      list.replace(Source.LOCAL, lines(""), "");
      assertThat(list.holds(piece(2))).isFalse();
    }
  }

  @Test
  void aListThatBreaksOffOrIsEmptyLeavesTheOldOneInForce() throws Exception {
    try (Denylist list = Denylist.open(folder)) {
      list.replace(Source.REMOTE, lines(line(piece(1))), "a");
      BufferedReader broken =
          new BufferedReader(
              new Reader() {
                private final Reader some = new StringReader(line(piece(2)) + "\n");

                @Override
                public int read(char[] to, int at, int length) throws IOException {
                  int read = some.read(to, at, length);
                  if (read < 0) {
                    throw new IOException("the connection broke");
                  }
                  return read;
                }

                @Override
                public void close() {
                  // nothing is open
                }
              });

      assertThatThrownBy(() -> list.replace(Source.REMOTE, broken, "b"))
          .isInstanceOf(IOException.class);
      assertThatThrownBy(() -> list.replace(Source.REMOTE, lines("<html>"), "c"))
          .hasMessageContaining("found none");

      assertThat(list.holds(piece(1))).isTrue();
      assertThat(list.holds(piece(2))).isFalse();
      assertThat(list.state(Source.REMOTE).tag()).isEqualTo("a");
      list.replace(Source.REMOTE, lines(line(piece(3))), "d");
      assertThat(list.holds(piece(2))).isFalse();
    }
  }

  @Test
  void aMillionEntriesTakeBoundedMemoryAndOutliveARestart() throws Exception {
    assertThat(Long.parseLong(replaceInAnotherJvm().strip())).isLessThan(256L << 20);

    try (Denylist list = Denylist.open(folder)) {
      assertThat(list.state(Source.REMOTE)).isEqualTo(new Denylist.State(1, MANY + 2, "many"));
      assertThat(list.holds(piece(1))).isTrue();
      assertThat(list.holds(piece(2))).isTrue();
      assertThat(list.holds(piece(3))).isFalse();
    }
  }

  /** What {@link Replace} prints in a JVM whose heap neither grows nor has room for the entries. */
  private String replaceInAnotherJvm() throws IOException, InterruptedException {
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xms64m",
                "-Xmx64m",
                "-XX:+AlwaysPreTouch",
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                System.getProperty("java.class.path"),
                Replace.class.getName(),
                folder.toString())
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(output).isZero();
    return output;
  }

  /** Fills a denylist, and prints by how many bytes its process grew. */
  static final class Replace {

    private Replace() {}

    public static void main(String[] arguments) throws Exception {
      try (Denylist list = Denylist.open(Path.of(arguments[0]))) {
        long before = residentBytes();
        list.replace(
            Source.REMOTE,
            new BufferedReader(new ManyLines(MANY, line(piece(1)) + "\n" + line(piece(2)))),
            "many");
        System.out.println(residentBytes() - before);
      }
    }
  }

  /** What this process has in memory, native parts and all. */
  private static long residentBytes() throws IOException {
    return Files.readAllLines(Path.of("/proc/self/status")).stream()
        .filter(line -> line.startsWith("VmRSS"))
        .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) << 10)
        .findFirst()
        .orElseThrow();
  }

  /** Random entries, made as they are read, and some of our own in the end. */
  private static final class ManyLines extends Reader {

    private final Random random = new Random(3);
    private int left;
    private String line = "";
    private int at;
    private String last;

    ManyLines(int lines, String last) {
      this.left = lines;
      this.last = last;
    }

    @Override
    public int read(char[] to, int offset, int length) {
      if (at == line.length()) {
        if (left > 0) {
          byte[] hash = new byte[32];
          random.nextBytes(hash);
          line = "//" + HexFormat.of().formatHex(hash) + "\n";
          left--;
        } else {
          line = last;
          last = "";
        }
        at = 0;
      }
      if (line.isEmpty()) {
        return -1;
      }
      int read = Math.min(length, line.length() - at);
      line.getChars(at, at + read, to, offset);
      at += read;
      return read;
    }

    @Override
    public void close() {
      // nothing is open
    }
  }
}
