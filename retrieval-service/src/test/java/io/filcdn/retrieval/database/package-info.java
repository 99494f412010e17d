@NullMarked
package io.filcdn.retrieval.database;

import org.jspecify.annotations.NullMarked;
