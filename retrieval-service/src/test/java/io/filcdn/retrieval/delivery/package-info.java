@NullMarked
package io.filcdn.retrieval.delivery;

import org.jspecify.annotations.NullMarked;
