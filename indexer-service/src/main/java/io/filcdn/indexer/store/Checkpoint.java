package io.filcdn.indexer.store;

import io.filcdn.common.chain.BlockNumber;
import io.filcdn.common.payment.DataSetId;

/**
 * A place in the history of a data set from which its fold goes on.
 *
 * @param upTo the block of the last event that was folded; all up to there were, and all are final
 * @param state what they folded to, as JSON of the fold's own
 */
public record Checkpoint(DataSetId dataSet, BlockNumber upTo, String state) {}
