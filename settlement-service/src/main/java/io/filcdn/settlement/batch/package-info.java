/** The cutting of work into transactions that the chain takes. */
@NullMarked
package io.filcdn.settlement.batch;

import org.jspecify.annotations.NullMarked;
