/** Connections of clients: how many may stand, and what HTTP lets them send. */
@NullMarked
package io.filcdn.retrieval.connection;

import org.jspecify.annotations.NullMarked;
