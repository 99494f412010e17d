package io.filcdn.settlement.contracts;

import io.filcdn.settlement.model.Inclusion;

/** A node's word on a transaction in a block: a hint, until the contract shows the same. */
public record Receipt(Inclusion inclusion, boolean succeeded) {}
