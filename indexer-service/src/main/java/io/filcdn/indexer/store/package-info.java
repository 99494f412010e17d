/** The tables: event log, read model and cursor, all changed in one transaction. */
@NullMarked
package io.filcdn.indexer.store;

import org.jspecify.annotations.NullMarked;
