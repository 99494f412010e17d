/** Reports usage on chain and settles the payment rails. */
@NullMarked
package io.filcdn.settlement;

import org.jspecify.annotations.NullMarked;
