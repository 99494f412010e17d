package io.filcdn.testing.tracing;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;

/** A message of protocol buffers, as far as OTLP needs it: fields by their numbers. */
record OtlpMessage(Map<Integer, List<ByteBuffer>> fields, Map<Integer, Long> numbers) {

  private static final int VARINT = 0;
  private static final int EIGHT_BYTES = 1;
  private static final int BYTES = 2;
  private static final int FOUR_BYTES = 5;

  static OtlpMessage read(ByteBuffer bytes) {
    ByteBuffer left = bytes.duplicate().order(ByteOrder.LITTLE_ENDIAN);
    Map<Integer, List<ByteBuffer>> fields = new HashMap<>();
    Map<Integer, Long> numbers = new HashMap<>();
    while (left.hasRemaining()) {
      long tag = varint(left);
      int field = (int) (tag >>> 3);
      switch ((int) (tag & 7)) {
        case VARINT -> numbers.put(field, varint(left));
        case EIGHT_BYTES -> numbers.put(field, left.getLong());
        case FOUR_BYTES -> numbers.put(field, (long) left.getInt());
        case BYTES -> {
          int length = (int) varint(left);
          fields
              .computeIfAbsent(field, _ -> new ArrayList<>())
              .add(left.slice(left.position(), length));
          left.position(left.position() + length);
        }
        default -> throw new IllegalArgumentException("no wire type of OTLP in tag " + tag);
      }
    }
    return new OtlpMessage(fields, numbers);
  }

  private static long varint(ByteBuffer bytes) {
    long value = 0;
    for (int shift = 0; ; shift += 7) {
      byte next = bytes.get();
      value |= (long) (next & 0x7f) << shift;
      if (next >= 0) {
        return value;
      }
    }
  }

  List<OtlpMessage> messages(int field) {
    return fields.getOrDefault(field, List.of()).stream().map(OtlpMessage::read).toList();
  }

  String text(int field) {
    return fields.getOrDefault(field, List.of()).stream()
        .map(bytes -> StandardCharsets.UTF_8.decode(bytes.duplicate()).toString())
        .findFirst()
        .orElse("");
  }

  String hex(int field) {
    return fields.getOrDefault(field, List.of()).stream()
        .map(
            bytes -> {
              byte[] copy = new byte[bytes.remaining()];
              bytes.duplicate().get(copy);
              return HexFormat.of().formatHex(copy);
            })
        .findFirst()
        .orElse("");
  }

  long number(int field) {
    return numbers.getOrDefault(field, 0L);
  }

  /** Key and value of each attribute in {@code field} that is a text. */
  Map<String, String> attributes(int field) {
    Map<String, String> attributes = new HashMap<>();
    for (OtlpMessage attribute : messages(field)) {
      attribute.messages(2).stream()
          .filter(value -> value.fields.containsKey(1))
          .forEach(value -> attributes.put(attribute.text(1), value.text(1)));
    }
    return attributes;
  }
}
