/** The rules of the layout, which every module checks for itself. */
@NullMarked
package io.filcdn.testing.layout;

import org.jspecify.annotations.NullMarked;
