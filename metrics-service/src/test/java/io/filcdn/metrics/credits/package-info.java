@NullMarked
package io.filcdn.metrics.credits;

import org.jspecify.annotations.NullMarked;
