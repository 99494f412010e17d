@NullMarked
package io.filcdn.retrieval;

import org.jspecify.annotations.NullMarked;
