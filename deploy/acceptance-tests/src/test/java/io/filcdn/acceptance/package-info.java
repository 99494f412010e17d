/** Scenarios: what people do with FilCDN, and what must be true afterwards. */
@NullMarked
package io.filcdn.acceptance;

import org.jspecify.annotations.NullMarked;
