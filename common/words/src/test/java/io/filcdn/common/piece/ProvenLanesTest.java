package io.filcdn.common.piece;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class ProvenLanesTest {

  @Test
  void lanesThatHashWrongAreNotUsed() {
    NodeLanes wrong =
        new NodeLanes() {
          @Override
          public void hash(int[] rows, int lanes) {
            new VectorNodeLanes().hash(rows, lanes);
            rows[lanes - 1] ^= 1;
          }

          @Override
          public int width() {
            return 16;
          }
        };

    String outcome = ProvenLanes.prove(wrong, System::nanoTime);

    assertThat(outcome).startsWith("CommP: one node at once; several gave bafkzcib");
    assertThat(ProvenLanes.get()).isNull();
  }

  @Test
  void lanesThatAreNotFasterInTimeAreNotUsed() {
    long[] seconds = {0};

    String outcome =
        ProvenLanes.prove(
            new VectorNodeLanes(), () -> TimeUnit.SECONDS.toNanos(seconds[0] += seconds[0] + 1));

    assertThat(outcome).isEqualTo("CommP: one node at once; several are not faster here");
    assertThat(ProvenLanes.get()).isNull();
  }

  @Test
  void withoutTheVectorsModuleNodesAreHashedOneByOne() throws Exception {
    assertThat(runInAnotherJvm())
        .contains("CommP: one node at once; --add-modules jdk.incubator.vector makes it faster")
        .contains("bafkzcib");
  }

  /** What {@link WarmUp} prints where the vectors' module is not there. */
  private static String runInAnotherJvm() throws IOException, InterruptedException {
    Process process =
        new ProcessBuilder(
                List.of(
                    Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                    "-cp",
                    System.getProperty("java.class.path"),
                    WarmUp.class.getName()))
            .redirectErrorStream(true)
            .start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(output).isZero();
    return output;
  }

  /** Warms up and hashes one byte. */
  static final class WarmUp {

    private WarmUp() {}

    public static void main(String[] args) {
      System.out.println(CommPHasher.warmUp());
      CommPHasher hasher = new CommPHasher();
      hasher.update(new byte[1], 0, 1);
      System.out.println(hasher.finish());
    }
  }
}
