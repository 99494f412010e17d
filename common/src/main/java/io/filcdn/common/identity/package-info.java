/** Who an edge is: the keys by which its records and requests are known to be its own. */
@NullMarked
package io.filcdn.common.identity;

import org.jspecify.annotations.NullMarked;
