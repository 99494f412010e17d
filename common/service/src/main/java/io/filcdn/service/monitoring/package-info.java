/** Rules that every service's metrics keep. */
@NullMarked
package io.filcdn.service.monitoring;

import org.jspecify.annotations.NullMarked;
