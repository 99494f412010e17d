/** The operator's view of the running indexer: its status, and the operations to ask of it. */
@NullMarked
package io.filcdn.indexer.admin;

import org.jspecify.annotations.NullMarked;
