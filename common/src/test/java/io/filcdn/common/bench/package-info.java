/** How benchmarks tell what they measured. */
@NullMarked
package io.filcdn.common.bench;

import org.jspecify.annotations.NullMarked;
