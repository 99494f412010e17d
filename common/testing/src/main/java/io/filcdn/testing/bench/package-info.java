/** Reports of what benchmarks measured. */
@NullMarked
package io.filcdn.testing.bench;

import org.jspecify.annotations.NullMarked;
