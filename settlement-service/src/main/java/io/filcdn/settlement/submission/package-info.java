/** The execution of plans, from batches to signed transactions on their way. */
@NullMarked
package io.filcdn.settlement.submission;

import org.jspecify.annotations.NullMarked;
