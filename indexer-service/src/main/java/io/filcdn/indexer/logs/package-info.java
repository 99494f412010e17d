/** The logs of a range, fetched and decoded to chain events. */
@NullMarked
package io.filcdn.indexer.logs;

import org.jspecify.annotations.NullMarked;
