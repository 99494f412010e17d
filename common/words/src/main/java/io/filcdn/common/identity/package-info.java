/** Identities of edges: the keys by which records and requests are known to be their own. */
@NullMarked
package io.filcdn.common.identity;

import org.jspecify.annotations.NullMarked;
