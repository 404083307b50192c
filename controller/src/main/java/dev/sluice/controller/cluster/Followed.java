package dev.sluice.controller.cluster;

/// How much is known of the objects of a kind that not every cluster defines.
public enum Followed {
  /// They are watched and were listed: the cache is what the watch showed last.
  YES,
  /// They are watched, and the first list has not come: an empty cache means nothing.
  LISTING,
  /// The server defines no such kind.
  UNDEFINED
}
