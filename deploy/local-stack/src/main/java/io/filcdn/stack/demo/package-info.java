/** The content that makes a devnet worth a look: a provider, a payer and a few pieces. */
@NullMarked
package io.filcdn.stack.demo;

import org.jspecify.annotations.NullMarked;
