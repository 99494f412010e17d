/** Fetch the logs of a range and decode them to chain events. */
@NullMarked
package io.filcdn.indexer.logs;

import org.jspecify.annotations.NullMarked;
