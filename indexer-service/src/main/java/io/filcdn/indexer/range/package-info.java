/** Which blocks are read next. */
@NullMarked
package io.filcdn.indexer.range;

import org.jspecify.annotations.NullMarked;
