/** The media types and names of pieces: told from their first bytes, chosen among by names. */
@NullMarked
package io.filcdn.retrieval.media;

import org.jspecify.annotations.NullMarked;
