package io.filcdn.indexer.chain;

import io.filcdn.common.chain.BlockNumber;
import java.util.Optional;

/**
 * The end of a node's chain.
 *
 * @param head the newest block
 * @param finalNumber the newest block that cannot change any more; empty while there is none
 */
public record Tip(Block head, Optional<BlockNumber> finalNumber) {}
