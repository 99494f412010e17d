@NullMarked
package io.filcdn.retrieval.cache;

import org.jspecify.annotations.NullMarked;
