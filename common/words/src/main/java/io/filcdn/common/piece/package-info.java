/** Words of pieces: the names of their bytes, and how these are computed. */
@NullMarked
package io.filcdn.common.piece;

import org.jspecify.annotations.NullMarked;
