/** JSON-RPC nodes: blocks and raw logs. */
@NullMarked
package io.filcdn.indexer.rpc;

import org.jspecify.annotations.NullMarked;
