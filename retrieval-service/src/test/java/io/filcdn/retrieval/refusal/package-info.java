@NullMarked
package io.filcdn.retrieval.refusal;

import org.jspecify.annotations.NullMarked;
