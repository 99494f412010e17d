/** The edge side by side with nginx and Varnish. */
@NullMarked
package io.filcdn.bench.retrieval;

import org.jspecify.annotations.NullMarked;
