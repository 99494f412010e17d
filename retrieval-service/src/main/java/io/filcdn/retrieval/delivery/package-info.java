/** How bytes reach the client, and how many its socket accepted. */
@NullMarked
package io.filcdn.retrieval.delivery;

import org.jspecify.annotations.NullMarked;
