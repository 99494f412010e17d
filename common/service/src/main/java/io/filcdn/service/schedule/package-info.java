/** Work that a service does again and again in the background. */
@NullMarked
package io.filcdn.service.schedule;

import org.jspecify.annotations.NullMarked;
