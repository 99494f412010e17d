@NullMarked
package io.filcdn.retrieval.tls;

import org.jspecify.annotations.NullMarked;
