package io.filcdn.settlement.model;

import io.filcdn.common.chain.Address;
import io.filcdn.common.chain.BlockNumber;
import java.time.Instant;

/**
 * A transaction as it was just signed.
 *
 * @param operator the operator contract that it calls
 */
public record NewTransaction(
    Submission submission,
    Address operator,
    Address sender,
    Nonce nonce,
    Gas gasLimit,
    Fees fees,
    SignedBytes signed,
    Instant signedAt,
    BlockNumber signedBlock) {}
