/** Admission: whether a piece may be served, and who pays, by the index replica and the rules. */
@NullMarked
package io.filcdn.retrieval.admission;

import org.jspecify.annotations.NullMarked;
