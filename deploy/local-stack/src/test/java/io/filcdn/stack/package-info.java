@NullMarked
package io.filcdn.stack;

import org.jspecify.annotations.NullMarked;
