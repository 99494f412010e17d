/** The edge, which serves, verifies, caches and counts pieces. */
@NullMarked
package io.filcdn.retrieval;

import org.jspecify.annotations.NullMarked;
