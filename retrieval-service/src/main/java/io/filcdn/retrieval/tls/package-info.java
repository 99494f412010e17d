/** TLS of the public port: its engine, its certificate, and the keys of its session tickets. */
@NullMarked
package io.filcdn.retrieval.tls;

import org.jspecify.annotations.NullMarked;
