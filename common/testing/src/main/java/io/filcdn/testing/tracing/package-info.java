/** A receiver of traces, for tests of what programs tell of themselves. */
@NullMarked
package io.filcdn.testing.tracing;

import org.jspecify.annotations.NullMarked;
