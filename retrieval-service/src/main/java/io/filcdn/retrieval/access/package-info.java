/** Access: who may fetch, by what a request shows, and on which limits. */
@NullMarked
package io.filcdn.retrieval.access;

import org.jspecify.annotations.NullMarked;
