/** The hash functions that every JDK has. */
@NullMarked
package io.filcdn.common.digest;

import org.jspecify.annotations.NullMarked;
