package io.filcdn.indexer.hint;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.StreamSupport;

/** A field of a webhook's row, and what it must hold. */
record WebhookField(String name, Kind kind) {

  private static final int LONGEST_SHOWN = 80;
  private static final Pattern ADDRESS_TEXT = Pattern.compile("0x[0-9a-fA-F]{40}");
  private static final Pattern HEX_TEXT = Pattern.compile("0x(?:[0-9a-fA-F]{2})*+");
  private static final Pattern DECIMAL_TEXT = Pattern.compile("[0-9]{1,78}");

  /** The kind of value that a field holds, as Goldsky writes it. */
  enum Kind {
    DECIMAL("a whole number, best as a decimal text"),
    ADDRESS("an address"),
    HEX("bytes in hex after 0x"),
    TEXT("a text"),
    TEXTS("a list of texts"),
    DECIMALS("a list of decimal texts"),
    BLOCK("a block number");

    private final String expected;

    Kind(String expected) {
      this.expected = expected;
    }

    private boolean isIn(JsonNode json) {
      return switch (this) {
        case DECIMAL -> isDecimal(json);
        case ADDRESS -> json.isTextual() && ADDRESS_TEXT.matcher(json.asText()).matches();
        case HEX -> json.isTextual() && HEX_TEXT.matcher(json.asText()).matches();
        case TEXT -> json.isTextual();
        case TEXTS -> isListOf(json, JsonNode::isTextual);
        case DECIMALS -> isListOf(json, Kind::isDecimal);
        case BLOCK -> json.isIntegralNumber() && json.canConvertToLong() && json.longValue() >= 0;
      };
    }

    private static boolean isDecimal(JsonNode json) {
      return (json.isTextual() && DECIMAL_TEXT.matcher(json.asText()).matches())
          || (json.isIntegralNumber() && json.bigIntegerValue().signum() >= 0);
    }

    private static boolean isListOf(JsonNode json, Predicate<JsonNode> item) {
      return json.isArray() && StreamSupport.stream(json.spliterator(), false).allMatch(item);
    }
  }

  /**
   * Checks a row.
   *
   * @throws IllegalArgumentException where it lacks the field, or something else stands there
   */
  void check(JsonNode row) {
    JsonNode value = row.path(name);
    if (!kind.isIn(value)) {
      String found = value.isMissingNode() ? "nothing" : value.toString();
      throw new IllegalArgumentException(
          "%s: expected %s, found %s"
              .formatted(
                  name,
                  kind.expected,
                  found.length() > LONGEST_SHOWN
                      ? found.substring(0, LONGEST_SHOWN) + "…"
                      : found));
    }
  }
}
