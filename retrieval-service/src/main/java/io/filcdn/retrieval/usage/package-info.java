/** Usage, the bytes served and fetched: counts, the journal, and its way to Kafka. */
@NullMarked
package io.filcdn.retrieval.usage;

import org.jspecify.annotations.NullMarked;
