/** JSON-RPC nodes of a chain: how they are reached, and what they all answer in their own ways. */
@NullMarked
package io.filcdn.chain.rpc;

import org.jspecify.annotations.NullMarked;
