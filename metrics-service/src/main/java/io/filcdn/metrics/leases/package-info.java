/** Leases over HTTP: where edges ask for quota and tell of their journals. */
@NullMarked
package io.filcdn.metrics.leases;

import org.jspecify.annotations.NullMarked;
