/** Certificates of servers that tests ask by TLS. */
@NullMarked
package io.filcdn.testing.tls;

import org.jspecify.annotations.NullMarked;
