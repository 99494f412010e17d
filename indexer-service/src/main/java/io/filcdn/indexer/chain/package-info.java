/**
 * Words of the chain as the index keeps it: blocks and ranges, raw logs, events and the entities
 * that they affect.
 */
@NullMarked
package io.filcdn.indexer.chain;

import org.jspecify.annotations.NullMarked;
