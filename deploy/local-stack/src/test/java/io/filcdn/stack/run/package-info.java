@NullMarked
package io.filcdn.stack.run;

import org.jspecify.annotations.NullMarked;
