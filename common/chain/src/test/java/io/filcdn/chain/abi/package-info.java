@NullMarked
package io.filcdn.chain.abi;

import org.jspecify.annotations.NullMarked;
