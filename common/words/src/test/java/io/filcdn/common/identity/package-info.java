@NullMarked
package io.filcdn.common.identity;

import org.jspecify.annotations.NullMarked;
