@NullMarked
package io.filcdn.sbom;

import org.jspecify.annotations.NullMarked;
