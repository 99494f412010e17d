@NullMarked
package io.filcdn.metrics.pages;

import org.jspecify.annotations.NullMarked;
