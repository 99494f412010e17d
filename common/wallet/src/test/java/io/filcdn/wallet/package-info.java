@NullMarked
package io.filcdn.wallet;

import org.jspecify.annotations.NullMarked;
