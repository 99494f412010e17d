/** What is to be reported and paid now. */
@NullMarked
package io.filcdn.settlement.due;

import org.jspecify.annotations.NullMarked;
