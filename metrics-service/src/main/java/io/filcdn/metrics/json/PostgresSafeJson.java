package io.filcdn.metrics.json;

import io.filcdn.common.kafka.RecordJson;

/** A reader of records whose texts Postgres can hold. */
public final class PostgresSafeJson {

  private static final String NUL = "\\u0000";

  private PostgresSafeJson() {}

  /**
   * Reads a record.
   *
   * @throws IllegalArgumentException where the text is no such record, or holds a NUL, which no
   *     table takes
   */
  public static <T> T read(String json, Class<T> type) {
    if (json.contains(NUL)) {
      throw new IllegalArgumentException(
          "expected a %s, found one with a NUL in a text".formatted(type.getSimpleName()));
    }
    return RecordJson.read(json, type);
  }
}
