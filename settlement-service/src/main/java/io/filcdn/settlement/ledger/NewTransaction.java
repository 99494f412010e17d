package io.filcdn.settlement.ledger;

import io.filcdn.common.chain.Address;
import io.filcdn.common.chain.BlockNumber;
import java.time.Instant;

/** A transaction as it was just signed. */
public record NewTransaction(
    Submission submission,
    Address sender,
    Nonce nonce,
    Gas gasLimit,
    Fees fees,
    SignedBytes signed,
    Instant signedAt,
    BlockNumber signedBlock) {}
