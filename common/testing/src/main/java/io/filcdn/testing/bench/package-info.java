/** How benchmarks tell what they measured. */
@NullMarked
package io.filcdn.testing.bench;

import org.jspecify.annotations.NullMarked;
