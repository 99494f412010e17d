/** The rules of the layout, which every module checks for itself. */
@NullMarked
package io.filcdn.common.layout;

import org.jspecify.annotations.NullMarked;
