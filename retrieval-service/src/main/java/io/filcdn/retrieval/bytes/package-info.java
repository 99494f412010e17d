/** Words of piece bytes that all rooms share: a range, and a source of bytes. */
@NullMarked
package io.filcdn.retrieval.bytes;

import org.jspecify.annotations.NullMarked;
