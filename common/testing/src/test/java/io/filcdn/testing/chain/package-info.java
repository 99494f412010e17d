@NullMarked
package io.filcdn.testing.chain;

import org.jspecify.annotations.NullMarked;
