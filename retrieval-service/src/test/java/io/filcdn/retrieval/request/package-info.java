@NullMarked
package io.filcdn.retrieval.request;

import org.jspecify.annotations.NullMarked;
