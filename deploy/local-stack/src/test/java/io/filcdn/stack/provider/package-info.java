@NullMarked
package io.filcdn.stack.provider;

import org.jspecify.annotations.NullMarked;
