@NullMarked
package io.filcdn.common.network;

import org.jspecify.annotations.NullMarked;
