package io.filcdn.common.kafka;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.datatype.jdk8.Jdk8Module;
import com.fasterxml.jackson.datatype.jsr310.JavaTimeModule;

/**
 * The one JSON spelling of records in Kafka and between services: empty fields are left out,
 * unknown ones are ignored (so that a newer writer does not stop an older reader), missing ones are
 * refused, times are ISO 8601, and byte counts and amounts are decimal texts.
 */
public final class RecordJson {

  private static final ObjectMapper MAPPER =
      JsonMapper.builder()
          .addModule(new Jdk8Module())
          .addModule(new JavaTimeModule())
          .defaultPropertyInclusion(
              JsonInclude.Value.construct(
                  JsonInclude.Include.NON_ABSENT, JsonInclude.Include.NON_ABSENT))
          .disable(SerializationFeature.WRITE_DATES_AS_TIMESTAMPS)
          .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
          .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
          .disable(DeserializationFeature.ACCEPT_FLOAT_AS_INT)
          .disable(MapperFeature.ALLOW_COERCION_OF_SCALARS)
          .build();

  private static final ObjectMapper STRICT =
      MAPPER
          .copy()
          .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION);

  private RecordJson() {}

  /** Writes a record. */
  public static String write(Object value) {
    try {
      return MAPPER.writeValueAsString(value);
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException("cannot write " + value.getClass().getName(), e);
    }
  }

  /**
   * Reads a record.
   *
   * @throws IllegalArgumentException where the text is no JSON, or a field is missing or out of its
   *     bounds; the message is one line
   */
  public static <T> T read(String json, Class<T> type) {
    return read(MAPPER, json, type);
  }

  /**
   * Reads what a person or a program asks for, where a misspelt field must not pass for one that
   * was left out.
   *
   * @throws IllegalArgumentException as {@link #read}, and where a field is unknown
   */
  public static <T> T readStrictly(String json, Class<T> type) {
    return read(STRICT, json, type);
  }

  private static <T> T read(ObjectMapper mapper, String json, Class<T> type) {
    T value;
    try {
      value = mapper.readValue(json, type);
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException(
          "expected a %s, found: %s"
              .formatted(
                  type.getSimpleName(),
                  e.getOriginalMessage().lines().findFirst().orElse("nothing")),
          e);
    }
    if (value == null) {
      throw new IllegalArgumentException(
          "expected a %s, found: null".formatted(type.getSimpleName()));
    }
    return value;
  }
}
