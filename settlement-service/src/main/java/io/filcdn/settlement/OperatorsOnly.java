package io.filcdn.settlement;

import jakarta.ws.rs.NameBinding;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;

/** Marks calls that need the admin token. */
@NameBinding
@Retention(RetentionPolicy.RUNTIME)
@interface OperatorsOnly {}
