/** Groups of a piece, the tree of their hashes, and proofs that bytes are a piece's. */
@NullMarked
package io.filcdn.common.proof;

import org.jspecify.annotations.NullMarked;
