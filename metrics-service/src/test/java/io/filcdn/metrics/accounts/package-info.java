@NullMarked
package io.filcdn.metrics.accounts;

import org.jspecify.annotations.NullMarked;
