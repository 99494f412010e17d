package io.filcdn.settlement.contracts;

import io.filcdn.common.chain.Address;

/**
 * A call of a contract.
 *
 * @param from who calls; views do not care
 * @param data {@code 0x}, selector and arguments
 */
public record Call(Address from, Address to, String data) {

  static Call view(Address to, String data) {
    return new Call(Address.ZERO, to, data);
  }
}
