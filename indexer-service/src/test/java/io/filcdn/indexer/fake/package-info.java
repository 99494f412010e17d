/** A JSON-RPC node with an in-memory chain, and the logs that FilCDN's contracts would write. */
@NullMarked
package io.filcdn.indexer.fake;

import org.jspecify.annotations.NullMarked;
