/** Delivery of bytes to the client, and the count of those that its socket accepted. */
@NullMarked
package io.filcdn.retrieval.delivery;

import org.jspecify.annotations.NullMarked;
