/** The Helm chart, held against what it is for. */
@NullMarked
package io.filcdn.helm;

import org.jspecify.annotations.NullMarked;
