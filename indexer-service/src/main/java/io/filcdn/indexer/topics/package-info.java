/** The programs that set up Kafka's topics and ACLs. */
@NullMarked
package io.filcdn.indexer.topics;

import org.jspecify.annotations.NullMarked;
