/** Calls of other services by HTTP. */
@NullMarked
package io.filcdn.service.http;

import org.jspecify.annotations.NullMarked;
