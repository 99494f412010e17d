/** What every service's log keeps to. */
@NullMarked
package io.filcdn.service.log;

import org.jspecify.annotations.NullMarked;
