@NullMarked
package io.filcdn.retrieval.access;

import org.jspecify.annotations.NullMarked;
