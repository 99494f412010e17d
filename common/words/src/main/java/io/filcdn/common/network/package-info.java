/** The file that describes one chain with FilCDN's contracts on it. */
@NullMarked
package io.filcdn.common.network;

import org.jspecify.annotations.NullMarked;
