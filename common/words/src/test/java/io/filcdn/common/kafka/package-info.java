@NullMarked
package io.filcdn.common.kafka;

import org.jspecify.annotations.NullMarked;
