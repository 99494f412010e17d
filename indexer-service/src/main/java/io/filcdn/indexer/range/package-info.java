/** The choice of the blocks that are read next. */
@NullMarked
package io.filcdn.indexer.range;

import org.jspecify.annotations.NullMarked;
