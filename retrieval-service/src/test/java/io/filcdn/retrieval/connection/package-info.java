@NullMarked
package io.filcdn.retrieval.connection;

import org.jspecify.annotations.NullMarked;
