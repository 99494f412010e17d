@NullMarked
package io.filcdn.common.credit;

import org.jspecify.annotations.NullMarked;
