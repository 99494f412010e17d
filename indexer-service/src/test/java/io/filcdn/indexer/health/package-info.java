@NullMarked
package io.filcdn.indexer.health;

import org.jspecify.annotations.NullMarked;
