/** The service's background jobs: each runs again and again on a thread of its own. */
@NullMarked
package io.filcdn.indexer.jobs;

import org.jspecify.annotations.NullMarked;
