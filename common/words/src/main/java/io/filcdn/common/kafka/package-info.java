/** The topics that services meet in, and how their records are written. */
@NullMarked
package io.filcdn.common.kafka;

import org.jspecify.annotations.NullMarked;
