/** Words of the chain: addresses, hashes, blocks and epochs. */
@NullMarked
package io.filcdn.common.chain;

import org.jspecify.annotations.NullMarked;
