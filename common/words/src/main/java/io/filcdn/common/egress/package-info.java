/** Records of edges: the bytes they served and fetched, and each retrieval. */
@NullMarked
package io.filcdn.common.egress;

import org.jspecify.annotations.NullMarked;
