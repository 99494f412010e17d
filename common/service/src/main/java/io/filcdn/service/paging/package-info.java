/** Pages of lists, asked for by {@code limit} and {@code after}. */
@NullMarked
package io.filcdn.service.paging;

import org.jspecify.annotations.NullMarked;
