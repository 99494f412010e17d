@NullMarked
package io.filcdn.service.auth;

import org.jspecify.annotations.NullMarked;
