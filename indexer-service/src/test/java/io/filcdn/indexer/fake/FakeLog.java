package io.filcdn.indexer.fake;

import io.filcdn.common.chain.Address;
import java.util.List;

/** A log that a contract writes, before it stands in a block. */
public record FakeLog(Address address, List<String> topics, String data) {}
