/** Whether bytes are the piece: count and CommP. */
@NullMarked
package io.filcdn.retrieval.verify;

import org.jspecify.annotations.NullMarked;
