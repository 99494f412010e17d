package io.filcdn.indexer.hint;

import static java.util.stream.Collectors.toUnmodifiableMap;

import com.fasterxml.jackson.databind.JsonNode;
import io.filcdn.common.chain.BlockNumber;
import io.filcdn.indexer.hint.Field.Kind;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * A webhook that a Goldsky pipeline calls.
 *
 * @param path where it is called
 * @param fields what the row that it sends must hold
 */
record Webhook(String path, List<Field> fields) {

  private static final Field DATA_SET = new Field("data_set_id", Kind.DECIMAL);
  private static final Field PROVIDER = new Field("provider_id", Kind.DECIMAL);
  private static final Field PRODUCT_TYPE = new Field("product_type", Kind.DECIMAL);
  private static final Field METADATA_KEYS = new Field("metadata_keys", Kind.TEXTS);
  private static final Field METADATA_VALUES = new Field("metadata_values", Kind.TEXTS);
  private static final Field CAPABILITY_KEYS = new Field("capability_keys", Kind.TEXT);
  private static final Field CAPABILITY_VALUES = new Field("capability_values", Kind.TEXT);
  private static final Field BLOCK = new Field("block_number", Kind.BLOCK);

  private static final Map<String, Webhook> ALL =
      Stream.of(
              at(
                  "fwss/data-set-created",
                  DATA_SET,
                  PROVIDER,
                  new Field("payer", Kind.ADDRESS),
                  METADATA_KEYS,
                  METADATA_VALUES),
              at(
                  "fwss/piece-added",
                  DATA_SET,
                  new Field("piece_id", Kind.DECIMAL),
                  new Field("piece_cid", Kind.HEX),
                  METADATA_KEYS,
                  METADATA_VALUES),
              at("fwss/service-terminated", DATA_SET, BLOCK),
              at("fwss/cdn-service-terminated", DATA_SET, BLOCK),
              at(
                  "fwss/cdn-payment-rails-topped-up",
                  new Field("id", Kind.TEXT),
                  DATA_SET,
                  new Field("cdn_amount_added", Kind.DECIMAL),
                  new Field("cache_miss_amount_added", Kind.DECIMAL)),
              at("pdp-verifier/pieces-removed", DATA_SET, new Field("piece_ids", Kind.DECIMALS)),
              product("product-added"),
              product("product-updated"),
              at("service-provider-registry/product-removed", PROVIDER, PRODUCT_TYPE),
              at("service-provider-registry/provider-removed", PROVIDER, PRODUCT_TYPE),
              at("filbeam-operator/cdn-payment-settled", DATA_SET, BLOCK))
          .collect(toUnmodifiableMap(Webhook::path, Function.identity()));

  private static Webhook at(String path, Field... fields) {
    return new Webhook(path, List.of(fields));
  }

  private static Webhook product(String event) {
    return at(
        "service-provider-registry/" + event,
        PROVIDER,
        PRODUCT_TYPE,
        CAPABILITY_KEYS,
        CAPABILITY_VALUES,
        BLOCK);
  }

  /** The webhook at a path. */
  static Optional<Webhook> find(String path) {
    return Optional.ofNullable(ALL.get(path));
  }

  /**
   * Checks a row.
   *
   * @return the block that it names; empty where it names none
   * @throws IllegalArgumentException where something that is required is missing or malformed
   */
  Optional<BlockNumber> read(JsonNode row) {
    if (!row.isObject()) {
      throw new IllegalArgumentException("expected a JSON object");
    }
    fields.forEach(field -> field.check(row));
    JsonNode block = row.path(BLOCK.name());
    if (block.isMissingNode() || block.isNull()) {
      return Optional.empty();
    }
    BLOCK.check(row);
    return Optional.of(new BlockNumber(block.longValue()));
  }
}
