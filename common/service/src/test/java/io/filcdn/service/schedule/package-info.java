@NullMarked
package io.filcdn.service.schedule;

import org.jspecify.annotations.NullMarked;
