@NullMarked
package io.filcdn.indexer.topics;

import org.jspecify.annotations.NullMarked;
