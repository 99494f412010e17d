@NullMarked
package io.filcdn.indexer.admin;

import org.jspecify.annotations.NullMarked;
