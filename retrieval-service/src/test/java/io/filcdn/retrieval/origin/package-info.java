@NullMarked
package io.filcdn.retrieval.origin;

import org.jspecify.annotations.NullMarked;
