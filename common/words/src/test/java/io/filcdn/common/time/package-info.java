@NullMarked
package io.filcdn.common.time;

import org.jspecify.annotations.NullMarked;
