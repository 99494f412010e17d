@NullMarked
package io.filcdn.service.problem;

import org.jspecify.annotations.NullMarked;
