/** Rules that every service's log keeps. */
@NullMarked
package io.filcdn.service.log;

import org.jspecify.annotations.NullMarked;
