@NullMarked
package io.filcdn.stack.infra;

import org.jspecify.annotations.NullMarked;
