@NullMarked
package io.filcdn.indexer;

import org.jspecify.annotations.NullMarked;
