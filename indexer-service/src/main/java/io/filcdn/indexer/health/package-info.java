/** The indexer's progress, health checks and meters. */
@NullMarked
package io.filcdn.indexer.health;

import org.jspecify.annotations.NullMarked;
