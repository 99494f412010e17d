@NullMarked
package io.filcdn.retrieval.stores;

import org.jspecify.annotations.NullMarked;
