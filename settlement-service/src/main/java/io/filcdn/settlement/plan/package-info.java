/** The plans of what is to be reported and paid, and the work that is due. */
@NullMarked
package io.filcdn.settlement.plan;

import org.jspecify.annotations.NullMarked;
