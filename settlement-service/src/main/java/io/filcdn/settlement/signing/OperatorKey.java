package io.filcdn.settlement.signing;

import io.filcdn.common.chain.Address;
import io.filcdn.settlement.model.SignedBytes;

/** The key that the operator contract knows as its controller. It never shows itself. */
public sealed interface OperatorKey permits LocalKey, RemoteKey {

  /** The account that this key signs for. */
  Address address();

  /**
   * Signs a transaction.
   *
   * @throws SignerException where the key cannot be asked now, or does not sign what it should
   */
  SignedBytes sign(UnsignedTransaction transaction);
}
