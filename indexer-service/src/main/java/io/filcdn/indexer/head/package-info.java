/** Follow the tip: where the chain's head is, and from where on it is final. */
@NullMarked
package io.filcdn.indexer.head;

import org.jspecify.annotations.NullMarked;
