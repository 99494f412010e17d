/** The processes that a benchmark measures, and where they run. */
@NullMarked
package io.filcdn.bench.run;

import org.jspecify.annotations.NullMarked;
