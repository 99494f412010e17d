@NullMarked
package io.filcdn.retrieval.response;

import org.jspecify.annotations.NullMarked;
