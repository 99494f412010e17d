@NullMarked
package io.filcdn.service.log;

import org.jspecify.annotations.NullMarked;
