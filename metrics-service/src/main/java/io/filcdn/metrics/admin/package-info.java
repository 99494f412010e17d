/** Operators' calls: what they list, and what they decide. */
@NullMarked
package io.filcdn.metrics.admin;

import org.jspecify.annotations.NullMarked;
