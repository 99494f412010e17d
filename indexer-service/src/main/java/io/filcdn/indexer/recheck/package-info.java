/** The second reading of blocks: nodes do not always tell all logs at first. */
@NullMarked
package io.filcdn.indexer.recheck;

import org.jspecify.annotations.NullMarked;
