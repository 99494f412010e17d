/** Tests of what is recorded of requests. */
@NullMarked
package io.filcdn.retrieval.server;

import org.jspecify.annotations.NullMarked;
