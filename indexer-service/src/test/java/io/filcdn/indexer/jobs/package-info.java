@NullMarked
package io.filcdn.indexer.jobs;

import org.jspecify.annotations.NullMarked;
