/** Housekeeping: what is done from time to time, such as forgetting what is old. */
@NullMarked
package io.filcdn.metrics.housekeeping;

import org.jspecify.annotations.NullMarked;
