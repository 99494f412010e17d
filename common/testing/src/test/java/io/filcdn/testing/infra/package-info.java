@NullMarked
package io.filcdn.testing.infra;

import org.jspecify.annotations.NullMarked;
