@NullMarked
package io.filcdn.stack.chain;

import org.jspecify.annotations.NullMarked;
