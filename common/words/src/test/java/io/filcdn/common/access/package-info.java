@NullMarked
package io.filcdn.common.access;

import org.jspecify.annotations.NullMarked;
