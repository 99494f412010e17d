/** Keys and policies: how they are written, what they allow, and what edges are told of them. */
@NullMarked
package io.filcdn.common.access;

import org.jspecify.annotations.NullMarked;
