package io.filcdn.common.index;

import static java.util.Objects.requireNonNull;

import io.filcdn.common.chain.Address;
import java.time.Instant;
import java.util.Optional;

/**
 * A payer on {@code filcdn.index.payers}.
 *
 * @param sanctioned whether the last screening said so
 * @param screenedAt when that was; absent where none has answered yet
 */
public record PayerRecord(
    Address payer, boolean sanctioned, Optional<Instant> screenedAt, AsOf asOf) {

  public PayerRecord {
    requireNonNull(payer, "payer is missing");
    requireNonNull(asOf, "asOf is missing");
  }
}
