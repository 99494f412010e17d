/** Words of pieces: what names their bytes, and how that name is computed from them. */
@NullMarked
package io.filcdn.common.piece;

import org.jspecify.annotations.NullMarked;
