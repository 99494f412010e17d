@NullMarked
package io.filcdn.metrics.quota;

import org.jspecify.annotations.NullMarked;
