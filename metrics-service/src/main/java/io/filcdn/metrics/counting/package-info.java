/** Counting: what the records of one transaction add to odometers, series and leases. */
@NullMarked
package io.filcdn.metrics.counting;

import org.jspecify.annotations.NullMarked;
