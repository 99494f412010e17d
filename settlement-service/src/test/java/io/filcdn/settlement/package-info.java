@NullMarked
package io.filcdn.settlement;

import org.jspecify.annotations.NullMarked;
