/** The times that may be named, and those at which something comes again. */
@NullMarked
package io.filcdn.common.time;

import org.jspecify.annotations.NullMarked;
