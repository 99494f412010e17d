@NullMarked
package io.filcdn.metrics.intake;

import org.jspecify.annotations.NullMarked;
