@NullMarked
package io.filcdn.testing.process;

import org.jspecify.annotations.NullMarked;
