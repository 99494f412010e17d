/** Identities of edges: which there are, and what is their word. */
@NullMarked
package io.filcdn.metrics.identity;

import org.jspecify.annotations.NullMarked;
