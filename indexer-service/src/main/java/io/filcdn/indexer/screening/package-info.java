/** Ask whether payers are sanctioned. */
@NullMarked
package io.filcdn.indexer.screening;

import org.jspecify.annotations.NullMarked;
