package io.filcdn.retrieval.access;

import io.filcdn.common.access.AccessKeyRecord;

/** The outcome of looking a key up by its id. */
sealed interface KeyLookup {

  /** No key has the id, as far as this edge has been told. */
  KeyLookup UNKNOWN = new Unknown();

  /** A key whose record says something that this edge does not understand. */
  KeyLookup NOT_UNDERSTOOD = new NotUnderstood();

  record Known(AccessKeyRecord record) implements KeyLookup {}

  record Unknown() implements KeyLookup {}

  record NotUnderstood() implements KeyLookup {}
}
