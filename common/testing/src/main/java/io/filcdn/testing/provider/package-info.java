/** The demo provider: a storage provider of this machine that serves pieces as Curio does. */
@NullMarked
package io.filcdn.testing.provider;

import org.jspecify.annotations.NullMarked;
