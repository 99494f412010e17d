/** Proofs of ranges of pieces, for clients that check what they get. */
@NullMarked
package io.filcdn.retrieval.proof;

import org.jspecify.annotations.NullMarked;
