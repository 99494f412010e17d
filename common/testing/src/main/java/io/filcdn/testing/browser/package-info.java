/** A browser of this machine that tests drive. */
@NullMarked
package io.filcdn.testing.browser;

import org.jspecify.annotations.NullMarked;
