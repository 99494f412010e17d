/** Requests: a payer, a piece, a range and conditions, read from HTTP. */
@NullMarked
package io.filcdn.retrieval.request;

import org.jspecify.annotations.NullMarked;
