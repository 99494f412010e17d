/** The fold of events into what the index says of data sets, pieces, providers and payers. */
@NullMarked
package io.filcdn.indexer.projection;

import org.jspecify.annotations.NullMarked;
