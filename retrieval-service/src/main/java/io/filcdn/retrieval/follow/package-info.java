/** Following: what keeps this edge's copies of compacted topics up to date. */
@NullMarked
package io.filcdn.retrieval.follow;

import org.jspecify.annotations.NullMarked;
