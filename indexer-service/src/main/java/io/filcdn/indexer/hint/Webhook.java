package io.filcdn.indexer.hint;

import static java.util.stream.Collectors.toUnmodifiableMap;

import com.fasterxml.jackson.databind.JsonNode;
import io.filcdn.common.chain.BlockNumber;
import io.filcdn.indexer.hint.WebhookField.Kind;
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
record Webhook(String path, List<WebhookField> fields) {

  private static final WebhookField DATA_SET = new WebhookField("data_set_id", Kind.DECIMAL);
  private static final WebhookField PROVIDER = new WebhookField("provider_id", Kind.DECIMAL);
  private static final WebhookField PRODUCT_TYPE = new WebhookField("product_type", Kind.DECIMAL);
  private static final WebhookField METADATA_KEYS = new WebhookField("metadata_keys", Kind.TEXTS);
  private static final WebhookField METADATA_VALUES =
      new WebhookField("metadata_values", Kind.TEXTS);
  private static final WebhookField CAPABILITY_KEYS =
      new WebhookField("capability_keys", Kind.TEXT);
  private static final WebhookField CAPABILITY_VALUES =
      new WebhookField("capability_values", Kind.TEXT);
  private static final WebhookField BLOCK = new WebhookField("block_number", Kind.BLOCK);

  private static final Map<String, Webhook> ALL =
      Stream.of(
              at(
                  "fwss/data-set-created",
                  DATA_SET,
                  PROVIDER,
                  new WebhookField("payer", Kind.ADDRESS),
                  METADATA_KEYS,
                  METADATA_VALUES),
              at(
                  "fwss/piece-added",
                  DATA_SET,
                  new WebhookField("piece_id", Kind.DECIMAL),
                  new WebhookField("piece_cid", Kind.HEX),
                  METADATA_KEYS,
                  METADATA_VALUES),
              at("fwss/service-terminated", DATA_SET, BLOCK),
              at("fwss/cdn-service-terminated", DATA_SET, BLOCK),
              at(
                  "fwss/cdn-payment-rails-topped-up",
                  new WebhookField("id", Kind.TEXT),
                  DATA_SET,
                  new WebhookField("cdn_amount_added", Kind.DECIMAL),
                  new WebhookField("cache_miss_amount_added", Kind.DECIMAL)),
              at(
                  "pdp-verifier/pieces-removed",
                  DATA_SET,
                  new WebhookField("piece_ids", Kind.DECIMALS)),
              product("product-added"),
              product("product-updated"),
              at("service-provider-registry/product-removed", PROVIDER, PRODUCT_TYPE),
              at("service-provider-registry/provider-removed", PROVIDER, PRODUCT_TYPE),
              at("filbeam-operator/cdn-payment-settled", DATA_SET, BLOCK))
          .collect(toUnmodifiableMap(Webhook::path, Function.identity()));

  private static Webhook at(String path, WebhookField... fields) {
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
