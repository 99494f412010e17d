/** What {@code ./filcdn bench} runs. */
@NullMarked
package io.filcdn.bench;

import org.jspecify.annotations.NullMarked;
