/** Words of the chain: addresses, hashes, blocks, epochs, and the network file that names one. */
@NullMarked
package io.filcdn.common.chain;

import org.jspecify.annotations.NullMarked;
