@NullMarked
package io.filcdn.service.paging;

import org.jspecify.annotations.NullMarked;
