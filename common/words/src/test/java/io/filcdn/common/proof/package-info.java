@NullMarked
package io.filcdn.common.proof;

import org.jspecify.annotations.NullMarked;
