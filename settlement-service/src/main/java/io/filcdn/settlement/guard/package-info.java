/** May this be sent? Decided before the key is touched. */
@NullMarked
package io.filcdn.settlement.guard;

import org.jspecify.annotations.NullMarked;
