@NullMarked
package io.filcdn.metrics.wallets;

import org.jspecify.annotations.NullMarked;
