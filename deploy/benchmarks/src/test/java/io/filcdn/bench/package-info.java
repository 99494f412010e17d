/** Tests of the benchmarks runs. */
@NullMarked
package io.filcdn.bench;

import org.jspecify.annotations.NullMarked;
