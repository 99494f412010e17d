@NullMarked
package io.filcdn.common.start;

import org.jspecify.annotations.NullMarked;
