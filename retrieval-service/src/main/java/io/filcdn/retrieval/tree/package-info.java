/** The trees of pieces, by which their groups are verified alone. */
@NullMarked
package io.filcdn.retrieval.tree;

import org.jspecify.annotations.NullMarked;
