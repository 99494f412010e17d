@NullMarked
package io.filcdn.service.start;

import org.jspecify.annotations.NullMarked;
