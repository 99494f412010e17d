/** Whether it may be served, and who pays: the index replica and the rules. */
@NullMarked
package io.filcdn.retrieval.admission;

import org.jspecify.annotations.NullMarked;
