@NullMarked
package io.filcdn.retrieval.admission;

import org.jspecify.annotations.NullMarked;
