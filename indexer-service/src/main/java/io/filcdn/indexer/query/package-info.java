/** The read API: what the index says, over HTTP. */
@NullMarked
package io.filcdn.indexer.query;

import org.jspecify.annotations.NullMarked;
