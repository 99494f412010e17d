@NullMarked
package io.filcdn.stack.demo;

import org.jspecify.annotations.NullMarked;
