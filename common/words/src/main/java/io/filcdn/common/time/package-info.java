/** The times that may be named. */
@NullMarked
package io.filcdn.common.time;

import org.jspecify.annotations.NullMarked;
