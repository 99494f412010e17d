@NullMarked
package io.filcdn.metrics.query;

import org.jspecify.annotations.NullMarked;
