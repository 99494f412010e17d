@NullMarked
package io.filcdn.testing.provider;

import org.jspecify.annotations.NullMarked;
