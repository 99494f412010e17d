package io.filcdn.common.proof;

import static org.assertj.core.api.Assertions.assertThat;

import io.filcdn.common.piece.PieceCid;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The proofs that the verifier in JavaScript is tested with are those that are made here. */
class RangeFixtureTest {

  private static final Path FIXTURE =
      Path.of("..", "..", "clients", "verify", "test", "ranges.json");
  private static final int MIB = 1_040_384;

  @Test
  void proofsOfTheFixtureAreTheOnesMadeHere() throws Exception {
    List<String> ranges = new ArrayList<>();
    add(ranges, 1, 2, 7, 0, 1);
    add(ranges, 1, 3, 7, 0, 1);
    add(ranges, 127, 2, 7, 0, 1);
    add(ranges, 128, 3, 7, 1, 1);
    add(ranges, 1_000, 5, 8, 1, 2);
    add(ranges, 1_000, 50, 7, 7, 1);
    add(ranges, 2_032, 6, 7, 5, 9);
    add(ranges, 2_032, 6, 11, 0, 1);
    add(ranges, 70_000, 12, 14, 2, 1);
    add(ranges, 70_000, 12, 14, 3, 2);
    add(ranges, 3 * MIB + 5, 17, 14, 63, 2);
    add(ranges, 3 * MIB + 5, 17, 14, 100, 1);
    add(ranges, 3 * MIB + 5, 17, 20, 1, 2);
    add(ranges, 3 * MIB + 5, 17, 20, 3, 1);
    add(ranges, 3 * MIB + 5, 17, 21, 1, 1);
    String right =
        """
        {
          "payload": "x = 1; for each byte: x = (x * 1103515245 + 12345) mod 2^31, byte = bits 16 to 23 of x",
          "ranges": [
            %s
          ]
        }
        """
            .formatted(String.join(",\n    ", ranges));
    Path copy = Files.writeString(Path.of("target", "ranges.json"), right);

    assertThat(Files.exists(FIXTURE) ? Files.readString(FIXTURE) : "")
        .as("%s is not what is made here: copy %s over it", FIXTURE, copy.toAbsolutePath())
        .isEqualTo(right);
  }

  private static void add(
      List<String> ranges, int size, int height, int groupLog2, long first, long count) {
    byte[] raw = payload(size);
    PieceCid piece = Pieces.piece(raw, height);
    PieceGroups groups = PieceGroups.of(piece, groupLog2);
    GroupRun run = new GroupRun(first, count);
    RangeProof proof = Pieces.prove(Pieces.tree(piece, raw), raw, groupLog2, run);
    long from = groups.from(run);
    long to = groups.to(run);
    Pieces.verify(piece, proof, Arrays.copyOfRange(raw, (int) from, (int) to));
    ranges.add(
        """
        {"size": %d, "piece": "%s", "height": %d, "groupLog2": %d, "firstGroup": %d, "count": %d, \
        "first": %d, "last": %d, "proof": "%s"}\
        """
            .formatted(
                size,
                piece,
                height,
                groupLog2,
                first,
                count,
                from,
                to - 1,
                HexFormat.of().formatHex(proof.bytes())));
  }

  private static byte[] payload(int size) {
    byte[] bytes = new byte[size];
    long x = 1;
    for (int i = 0; i < size; i++) {
      x = (x * 1103515245L + 12345L) % (1L << 31);
      bytes[i] = (byte) (x >>> 16);
    }
    return bytes;
  }
}
