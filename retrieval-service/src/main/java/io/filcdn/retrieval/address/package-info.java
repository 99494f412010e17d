/** Addresses, and the networks that they lie in. */
@NullMarked
package io.filcdn.retrieval.address;

import org.jspecify.annotations.NullMarked;
