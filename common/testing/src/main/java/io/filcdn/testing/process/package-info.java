/** Processes, ports, files and the console: what a stack on one machine is made of. */
@NullMarked
package io.filcdn.testing.process;

import org.jspecify.annotations.NullMarked;
