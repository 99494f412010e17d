/** The screening of payers for sanctions. */
@NullMarked
package io.filcdn.indexer.screening;

import org.jspecify.annotations.NullMarked;
