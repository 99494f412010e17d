package io.filcdn.retrieval.access;

/** The memory of where keys were used of late. */
@FunctionalInterface
public interface KeySightings {

  /** None: nothing is noted, nobody was elsewhere. */
  KeySightings NONE = grant -> false;

  /**
   * Notes that this region serves by a grant.
   *
   * @return whether its key was used in another region within the hour; false where it has none
   */
  boolean isElsewhere(Grant grant);
}
