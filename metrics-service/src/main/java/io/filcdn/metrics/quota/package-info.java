/** What data sets were granted, and what is left of it. */
@NullMarked
package io.filcdn.metrics.quota;

import org.jspecify.annotations.NullMarked;
