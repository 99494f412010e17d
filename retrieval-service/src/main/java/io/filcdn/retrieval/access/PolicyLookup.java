package io.filcdn.retrieval.access;

import io.filcdn.common.access.PolicyRecord;

/** The outcome of looking a policy up by its name. */
sealed interface PolicyLookup {

  /** Nobody set it, as far as this edge has been told. */
  PolicyLookup NONE = new None();

  /** A policy whose record says something that this edge does not understand. */
  PolicyLookup NOT_UNDERSTOOD = new NotUnderstood();

  record Known(PolicyRecord record) implements PolicyLookup {}

  record None() implements PolicyLookup {}

  record NotUnderstood() implements PolicyLookup {}
}
