/** Processes, ports, files and the console: what a stack on one machine is made of. */
@NullMarked
package io.filcdn.stack.run;

import org.jspecify.annotations.NullMarked;
