/** The server of public requests: admission by limits, and the record of each request. */
@NullMarked
package io.filcdn.retrieval.server;

import org.jspecify.annotations.NullMarked;
