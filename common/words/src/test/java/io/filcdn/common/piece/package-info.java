@NullMarked
package io.filcdn.common.piece;

import org.jspecify.annotations.NullMarked;
