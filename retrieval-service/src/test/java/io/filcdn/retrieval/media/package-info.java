@NullMarked
package io.filcdn.retrieval.media;

import org.jspecify.annotations.NullMarked;
