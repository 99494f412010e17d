/** The indexer, which follows the chain into Postgres and publishes the index. */
@NullMarked
package io.filcdn.indexer;

import org.jspecify.annotations.NullMarked;
