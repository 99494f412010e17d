package io.filcdn.settlement.model;

import io.filcdn.common.chain.TxHash;
import org.web3j.crypto.Hash;
import org.web3j.utils.Numeric;

/**
 * A transaction as nodes take it.
 *
 * @param raw {@code 0x} and the hex of the signed envelope
 */
public record SignedBytes(TxHash hash, String raw) {

  /** The envelope under its hash. */
  public static SignedBytes of(byte[] envelope) {
    return new SignedBytes(
        TxHash.of(Numeric.toHexString(Hash.sha3(envelope))), Numeric.toHexString(envelope));
  }
}
