/** Verification that bytes are the piece, by count and CommP. */
@NullMarked
package io.filcdn.retrieval.verify;

import org.jspecify.annotations.NullMarked;
