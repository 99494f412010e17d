package io.filcdn.settlement.signing;

import io.filcdn.common.chain.Address;
import io.filcdn.settlement.model.Fees;
import io.filcdn.settlement.model.Gas;
import io.filcdn.settlement.model.Nonce;

/**
 * A call of a contract as an EIP-1559 transaction that sends no money, before it is signed.
 *
 * @param data the call in hex
 */
public record UnsignedTransaction(
    long chainId, Nonce nonce, Gas gasLimit, Fees fees, Address to, String data) {}
