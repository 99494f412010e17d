/** Decisions about bytes and money other than by counting. */
@NullMarked
package io.filcdn.metrics.audit;

import org.jspecify.annotations.NullMarked;
