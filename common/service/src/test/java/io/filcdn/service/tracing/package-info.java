@NullMarked
package io.filcdn.service.tracing;

import org.jspecify.annotations.NullMarked;
