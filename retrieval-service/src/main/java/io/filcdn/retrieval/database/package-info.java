/** RocksDB, as all stores of the edge use it. */
@NullMarked
package io.filcdn.retrieval.database;

import org.jspecify.annotations.NullMarked;
