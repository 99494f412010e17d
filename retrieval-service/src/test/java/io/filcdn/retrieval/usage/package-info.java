@NullMarked
package io.filcdn.retrieval.usage;

import org.jspecify.annotations.NullMarked;
