/** Questions that people ask: the stats API and the data sets as metrics sees them. */
@NullMarked
package io.filcdn.metrics.query;

import org.jspecify.annotations.NullMarked;
