/** The response to a request for a piece: its reservations and its head. */
@NullMarked
package io.filcdn.retrieval.response;

import org.jspecify.annotations.NullMarked;
