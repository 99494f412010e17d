package io.filcdn.retrieval.media;

import java.util.Optional;

/**
 * The frames of MPEG audio without a container. Two bytes of a frame are not enough to tell it from
 * others, so the next one has to be where the first says. A head is the first bytes of a piece, a
 * character each.
 */
final class Frames {

  private static final int[] MPEG1_KBITS = {
    0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320
  };
  private static final int[] MPEG2_KBITS = {
    0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160
  };
  private static final int[] MPEG1_HERTZ = {44_100, 48_000, 32_000};
  private static final int HEADER = 4;

  private Frames() {}

  /** The type of what begins so: AAC (ISO/IEC 13818-7, ADTS), or layer III of MPEG-1 or 2. */
  static Optional<String> typeOf(String head) {
    if (head.length() < 7 || head.charAt(0) != 0xff) {
      return Optional.empty();
    }
    if ((head.charAt(1) & 0xf6) == 0xf0 && isFrame(head, adtsLength(head))) {
      return Optional.of("audio/aac");
    }
    return (head.charAt(1) & 0xe6) == 0xe2 && isFrame(head, layer3Length(head))
        ? Optional.of("audio/mpeg")
        : Optional.empty();
  }

  /** True where the next frame begins behind this one as it does, or lies beyond what is seen. */
  private static boolean isFrame(String head, int length) {
    return length > HEADER
        && (length + 1 >= head.length()
            || head.charAt(length) == 0xff && head.charAt(length + 1) == head.charAt(1));
  }

  private static int adtsLength(String head) {
    return (head.charAt(3) & 3) << 11 | head.charAt(4) << 3 | head.charAt(5) >> 5;
  }

  /** The bytes of a frame; 0 where its header is none. */
  private static int layer3Length(String head) {
    int version = head.charAt(1) >> 3 & 3;
    int rate = head.charAt(2) >> 4;
    int sampling = head.charAt(2) >> 2 & 3;
    if (version == 1 || rate == 0 || rate == 15 || sampling == 3) {
      return 0;
    }
    boolean mpeg1 = version == 3;
    int hertz = mpeg1 ? MPEG1_HERTZ[sampling] : MPEG1_HERTZ[sampling] >> (version == 2 ? 1 : 2);
    int kbits = mpeg1 ? MPEG1_KBITS[rate] : MPEG2_KBITS[rate];
    int padding = head.charAt(2) >> 1 & 1;
    return (mpeg1 ? 144_000 : 72_000) * kbits / hertz + padding;
  }
}
