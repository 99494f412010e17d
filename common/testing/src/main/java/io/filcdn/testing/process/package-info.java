/** Processes, ports, files and the console: the parts of a stack on one machine. */
@NullMarked
package io.filcdn.testing.process;

import org.jspecify.annotations.NullMarked;
