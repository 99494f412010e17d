/** The metrics service: counts the bytes that edges tell, and keeps the quota. */
@NullMarked
package io.filcdn.metrics;

import org.jspecify.annotations.NullMarked;
