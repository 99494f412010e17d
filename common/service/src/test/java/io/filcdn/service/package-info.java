@NullMarked
package io.filcdn.service;

import org.jspecify.annotations.NullMarked;
