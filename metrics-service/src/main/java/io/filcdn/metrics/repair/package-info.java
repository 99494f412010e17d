/** Counts again what was counted wrongly or not at all. */
@NullMarked
package io.filcdn.metrics.repair;

import org.jspecify.annotations.NullMarked;
