/** The database session that only one process holds. */
@NullMarked
package io.filcdn.indexer.postgres;

import org.jspecify.annotations.NullMarked;
