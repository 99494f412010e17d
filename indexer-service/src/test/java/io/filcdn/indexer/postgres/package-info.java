@NullMarked
package io.filcdn.indexer.postgres;

import org.jspecify.annotations.NullMarked;
