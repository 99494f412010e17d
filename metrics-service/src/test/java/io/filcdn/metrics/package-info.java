@NullMarked
package io.filcdn.metrics;

import org.jspecify.annotations.NullMarked;
