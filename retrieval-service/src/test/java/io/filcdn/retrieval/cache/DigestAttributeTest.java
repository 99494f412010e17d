package io.filcdn.retrieval.cache;

import static org.assertj.core.api.Assertions.assertThat;

import io.filcdn.retrieval.bytes.ReprDigest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DigestAttributeTest {

  private static final ReprDigest DIGEST = ReprDigest.sha256(new byte[32]);

  @TempDir Path folder;

  @Test
  void aDigestGoesWhereItsFileGoes() throws IOException {
    Path file = Files.createFile(folder.resolve("a"));

    DigestAttribute.write(file, DIGEST);
    Path moved = Files.move(file, folder.resolve("b"));

    assertThat(DIGEST.value().toString())
        .isEqualTo("sha-256=:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=:");
    assertThat(DigestAttribute.read(moved)).contains(DIGEST);
  }

  @Test
  void whereThereIsNoneNoneIsFound() throws IOException {
    assertThat(DigestAttribute.read(Files.createFile(folder.resolve("a")))).isEmpty();
    assertThat(DigestAttribute.read(folder.resolve("none"))).isEmpty();
  }

  @Test
  void aDigestThatCannotBeKeptIsNot() {
    Path none = folder.resolve("none");

    DigestAttribute.write(none, DIGEST);

    assertThat(DigestAttribute.read(none)).isEmpty();
  }
}
