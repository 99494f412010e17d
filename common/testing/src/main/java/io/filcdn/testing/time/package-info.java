/** Time, as tests move it. */
@NullMarked
package io.filcdn.testing.time;

import org.jspecify.annotations.NullMarked;
