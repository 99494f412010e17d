/** The quotas that data sets were granted, and what is left of them. */
@NullMarked
package io.filcdn.metrics.quota;

import org.jspecify.annotations.NullMarked;
