/** Tests of copies of compacted topics. */
@NullMarked
package io.filcdn.retrieval.follow;

import org.jspecify.annotations.NullMarked;
