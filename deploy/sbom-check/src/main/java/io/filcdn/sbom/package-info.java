/** What services consist of, held against a list of known holes. */
@NullMarked
package io.filcdn.sbom;

import org.jspecify.annotations.NullMarked;
