@NullMarked
package io.filcdn.common.lease;

import org.jspecify.annotations.NullMarked;
