/** The start of a service: it waits for what it cannot start without, and says what keeps it. */
@NullMarked
package io.filcdn.service.start;

import org.jspecify.annotations.NullMarked;
