/**
 * The contract ABI: the forms of the contracts' calls, results, events and errors, and their values
 * to and from bytes.
 */
@NullMarked
package io.filcdn.chain.abi;

import org.jspecify.annotations.NullMarked;
