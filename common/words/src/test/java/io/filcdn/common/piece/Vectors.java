package io.filcdn.common.piece;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/** PieceCIDs of generated payloads, computed by an independent implementation. */
final class Vectors {

  private Vectors() {}

  record Vector(
      int payloadBytes,
      String payloadSha256,
      String pieceCidV2,
      String pieceCidV1,
      long paddedPieceBytes,
      String cidV2Hex,
      String digestHex) {

    /** The payload: bits 16 to 23 of a linear congruential generator, as the file describes it. */
    byte[] payload() {
      byte[] bytes = new byte[payloadBytes];
      long x = 1;
      for (int i = 0; i < bytes.length; i++) {
        x = (x * 1103515245L + 12345L) % (1L << 31);
        bytes[i] = (byte) (x >>> 16);
      }
      return bytes;
    }

    @Override
    public String toString() {
      return payloadBytes + " bytes";
    }
  }

  static Stream<Vector> all() {
    try (var json = Vectors.class.getResourceAsStream("/piece-cids.json")) {
      JsonMapper mapper = JsonMapper.builder().build();
      JsonNode vectors = mapper.readTree(json).get("vectors");
      return StreamSupport.stream(vectors.spliterator(), false)
          .map(node -> mapper.convertValue(node, Vector.class));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
