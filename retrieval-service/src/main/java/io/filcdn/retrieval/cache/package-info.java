/** Sources of the bytes: verified pieces on disk, and fills under way. */
@NullMarked
package io.filcdn.retrieval.cache;

import org.jspecify.annotations.NullMarked;
