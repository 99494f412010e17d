package io.filcdn.indexer.chain;

import io.filcdn.common.chain.BlockNumber;
import java.util.Optional;

/**
 * Where a node's chain ends.
 *
 * @param head the newest block
 * @param finalNumber the newest block that cannot change any more; empty while there is none
 */
public record Tip(Block head, Optional<BlockNumber> finalNumber) {}
