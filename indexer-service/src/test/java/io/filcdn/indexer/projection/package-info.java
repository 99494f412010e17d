@NullMarked
package io.filcdn.indexer.projection;

import org.jspecify.annotations.NullMarked;
