/** The search for the point where the stored chain left the node's chain. */
@NullMarked
package io.filcdn.indexer.reorg;

import org.jspecify.annotations.NullMarked;
