package io.filcdn.common.piece;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class CommPHasherTest {

  @ParameterizedTest
  @MethodSource("io.filcdn.common.piece.Vectors#all")
  void everyVectorGivesItsPieceCid(Vectors.Vector vector) throws Exception {
    byte[] payload = vector.payload();
    assertThat(HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(payload)))
        .isEqualTo(vector.payloadSha256());

    CommPHasher hasher = new CommPHasher();
    hasher.update(payload, 0, payload.length);

    assertThat(hasher.finish()).hasToString(vector.pieceCidV2());
  }

  @Test
  void everyWayToCutTheInputGivesTheSamePieceCid() {
    byte[] payload = bytes(1_100, 3);
    PieceCid whole = hash(payload);

    for (int cut = 0; cut <= payload.length; cut++) {
      CommPHasher hasher = new CommPHasher();
      hasher.update(payload, 0, cut);
      hasher.update(ByteBuffer.wrap(payload, cut, payload.length - cut));
      assertThat(hasher.finish()).isEqualTo(whole);
    }
  }

  @Test
  void directMemoryInRandomStepsGivesTheSamePieceCid() {
    Random random = new Random(11);
    byte[] payload = bytes(300_000, 5);
    ByteBuffer direct = ByteBuffer.allocateDirect(payload.length).put(payload).flip();

    CommPHasher hasher = new CommPHasher();
    while (direct.hasRemaining()) {
      int step = Math.min(direct.remaining(), random.nextInt(100_000));
      hasher.update(direct.slice(direct.position(), step));
      direct.position(direct.position() + step);
    }

    assertThat(hasher.finish()).isEqualTo(hash(payload));
  }

  @Test
  void trailingZerosChangeTheSizeAndNotTheRoot() {
    byte[] payload = bytes(1_000, 9);

    PieceCid piece = hash(payload);
    PieceCid withZeros = hash(Arrays.copyOf(payload, 1_010));

    assertThat(withZeros.commP()).isEqualTo(piece.commP());
    assertThat(withZeros).isNotEqualTo(piece);
  }

  @Test
  void aTallerTreeIsTheSameAsAppendingZeros() {
    byte[] payload = bytes(500, 13);
    CommPHasher hasher = new CommPHasher();
    hasher.update(payload, 0, payload.length);

    PieceCid taller = hasher.finish(9);

    assertThat(taller.commP()).isEqualTo(hash(Arrays.copyOf(payload, 127 << 7)).commP());
    assertThat(taller.rawSize()).isEqualTo(500);
  }

  @Test
  void aTreeThatIsTooSmallIsRefused() {
    CommPHasher hasher = new CommPHasher();
    hasher.update(new byte[128], 0, 128);

    assertThatThrownBy(() -> hasher.finish(2)).hasMessageContaining("128 bytes");
  }

  @Test
  void oneFlippedBitChangesTheRoot() {
    byte[] payload = bytes(4_000, 17);
    PieceCid whole = hash(payload);
    Random random = new Random(19);

    for (int i = 0; i < 200; i++) {
      byte[] changed = payload.clone();
      changed[random.nextInt(changed.length)] ^= (byte) (1 << random.nextInt(8));
      assertThat(hash(changed)).isNotEqualTo(whole);
    }
  }

  private static PieceCid hash(byte[] payload) {
    CommPHasher hasher = new CommPHasher();
    hasher.update(payload, 0, payload.length);
    return hasher.finish();
  }

  private static byte[] bytes(int length, long seed) {
    byte[] bytes = new byte[length];
    new Random(seed).nextBytes(bytes);
    return bytes;
  }
}
