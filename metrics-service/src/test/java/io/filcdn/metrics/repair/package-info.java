@NullMarked
package io.filcdn.metrics.repair;

import org.jspecify.annotations.NullMarked;
