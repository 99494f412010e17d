@NullMarked
package io.filcdn.metrics.pieces;

import org.jspecify.annotations.NullMarked;
