package io.filcdn.settlement.contracts;

import io.filcdn.settlement.ledger.Inclusion;

/** What a node says of a transaction in a block: a hint, until the contract shows the same. */
public record Receipt(Inclusion inclusion, boolean succeeded) {}
