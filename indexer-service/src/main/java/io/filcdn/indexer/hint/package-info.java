/**
 * Hints from others about the chain before it is read: webhooks, which make the index faster only.
 */
@NullMarked
package io.filcdn.indexer.hint;

import org.jspecify.annotations.NullMarked;
