/** Series of what was served over time, along one dimension at a time. */
@NullMarked
package io.filcdn.metrics.series;

import org.jspecify.annotations.NullMarked;
