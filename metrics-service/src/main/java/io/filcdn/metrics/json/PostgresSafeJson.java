package io.filcdn.metrics.json;

import io.filcdn.common.kafka.RecordJson;
import io.filcdn.service.kafka.SourceRecord;

/** A reader of records whose texts Postgres can hold. */
public final class PostgresSafeJson {

  private static final String NUL = "\\u0000";

  private PostgresSafeJson() {}

  /**
   * The value of {@code source} as a record of its topic's kind; a tombstone is as wrong as any
   * other nonsense.
   *
   * @throws IllegalArgumentException where it is none
   */
  public static <T> T valueOf(SourceRecord source, Class<T> type) {
    String value = source.value();
    if (value == null) {
      throw new IllegalArgumentException(
          "expected a %s, found no value".formatted(type.getSimpleName()));
    }
    return read(value, type);
  }

  /**
   * Reads a record.
   *
   * @throws IllegalArgumentException where the text is no such record, or holds a NUL, which no
   *     table takes
   */
  public static <T> T read(String json, Class<T> type) {
    requireNoNul(json, type);
    return RecordJson.read(json, type);
  }

  /**
   * Reads a request, in which each field has to be known.
   *
   * @throws IllegalArgumentException as {@link #read}, and where a field is unknown
   */
  public static <T> T readStrictly(String json, Class<T> type) {
    requireNoNul(json, type);
    return RecordJson.readStrictly(json, type);
  }

  private static void requireNoNul(String json, Class<?> type) {
    if (json.contains(NUL)) {
      throw new IllegalArgumentException(
          "expected a %s, found one with a NUL in a text".formatted(type.getSimpleName()));
    }
  }
}
