@NullMarked
package io.filcdn.metrics.odometer;

import org.jspecify.annotations.NullMarked;
