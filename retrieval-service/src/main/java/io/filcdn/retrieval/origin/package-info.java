/** Providers: which to ask, how to reach them safely, and their bytes. */
@NullMarked
package io.filcdn.retrieval.origin;

import org.jspecify.annotations.NullMarked;
