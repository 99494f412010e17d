/** The operator's key, and what it signs. */
@NullMarked
package io.filcdn.settlement.signing;

import org.jspecify.annotations.NullMarked;
