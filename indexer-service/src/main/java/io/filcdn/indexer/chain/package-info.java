/**
 * Words of the chain as the index keeps it: blocks and ranges, raw logs, events and whom they
 * concern.
 */
@NullMarked
package io.filcdn.indexer.chain;

import org.jspecify.annotations.NullMarked;
