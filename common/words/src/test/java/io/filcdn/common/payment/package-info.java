@NullMarked
package io.filcdn.common.payment;

import org.jspecify.annotations.NullMarked;
