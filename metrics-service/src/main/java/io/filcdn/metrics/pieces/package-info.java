/** Pieces: which are placed, and which are retrieved. */
@NullMarked
package io.filcdn.metrics.pieces;

import org.jspecify.annotations.NullMarked;
