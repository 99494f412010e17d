/** CommP against the npm reference. */
@NullMarked
package io.filcdn.bench.verify;

import org.jspecify.annotations.NullMarked;
