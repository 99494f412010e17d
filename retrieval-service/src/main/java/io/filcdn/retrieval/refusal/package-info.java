/** Refusals: why a request is not served, and how a client is told. */
@NullMarked
package io.filcdn.retrieval.refusal;

import org.jspecify.annotations.NullMarked;
