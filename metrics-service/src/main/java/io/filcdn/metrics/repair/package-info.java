/** Repair of what was counted wrongly or not at all, by counting it again. */
@NullMarked
package io.filcdn.metrics.repair;

import org.jspecify.annotations.NullMarked;
