/** The tip of the chain: where its head is, and from where on it is final. */
@NullMarked
package io.filcdn.indexer.head;

import org.jspecify.annotations.NullMarked;
