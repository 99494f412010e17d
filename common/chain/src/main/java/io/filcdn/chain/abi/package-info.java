/**
 * The contract ABI: what the contracts' calls, results, events and errors look like, and their
 * values to and from bytes.
 */
@NullMarked
package io.filcdn.chain.abi;

import org.jspecify.annotations.NullMarked;
