/** The stores that an edge keeps on disk and does not serve without. */
@NullMarked
package io.filcdn.retrieval.stores;

import org.jspecify.annotations.NullMarked;
