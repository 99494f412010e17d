/** The outcome of transactions, by the chain's own word. */
@NullMarked
package io.filcdn.settlement.confirmation;

import org.jspecify.annotations.NullMarked;
