@NullMarked
package io.filcdn.chain.wallet;

import org.jspecify.annotations.NullMarked;
