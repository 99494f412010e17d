package io.filcdn.common.index;

import static java.util.Objects.requireNonNull;

import io.filcdn.common.payment.ProviderId;
import java.util.Optional;

/**
 * A storage provider on {@code filcdn.index.providers}.
 *
 * @param serviceUrl where it serves pieces, exactly as registered: anyone can register anything
 * @param removed whether the provider, or its PDP product, is gone
 */
public record ProviderRecord(
    ProviderId provider, Optional<String> serviceUrl, boolean removed, AsOf asOf) {

  public ProviderRecord {
    requireNonNull(provider, "provider is missing");
    requireNonNull(asOf, "asOf is missing");
  }
}
