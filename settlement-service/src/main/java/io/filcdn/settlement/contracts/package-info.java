/** The chain as settlement sees it: a JSON-RPC node, and the contracts behind it. */
@NullMarked
package io.filcdn.settlement.contracts;

import org.jspecify.annotations.NullMarked;
