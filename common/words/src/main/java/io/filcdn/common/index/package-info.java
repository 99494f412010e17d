/**
 * The records of the {@code filcdn.index.*} topics: what the chain says, as the indexer folded it.
 * Each is the complete current state of its key.
 */
@NullMarked
package io.filcdn.common.index;

import org.jspecify.annotations.NullMarked;
