/** The totals of each data set, which only grow. */
@NullMarked
package io.filcdn.metrics.odometer;

import org.jspecify.annotations.NullMarked;
