package io.filcdn.indexer.store;

import io.filcdn.common.chain.Address;

/** What pieces need to know of the data set that holds them. */
public record Holder(Address payer, boolean deleted) {}
