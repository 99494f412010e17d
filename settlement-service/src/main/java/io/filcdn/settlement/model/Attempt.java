package io.filcdn.settlement.model;

import java.time.Instant;
import java.util.Optional;

/** One set of signed bytes for a transaction, and how often it was sent. */
public record Attempt(
    SignedBytes signed,
    Fees fees,
    Instant signedAt,
    int broadcasts,
    Optional<Instant> lastBroadcastAt) {}
