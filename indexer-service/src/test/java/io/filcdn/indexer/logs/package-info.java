@NullMarked
package io.filcdn.indexer.logs;

import org.jspecify.annotations.NullMarked;
