/** Transactions of this service's own database. */
@NullMarked
package io.filcdn.metrics.store;

import org.jspecify.annotations.NullMarked;
