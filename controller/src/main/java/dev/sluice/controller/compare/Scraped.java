package dev.sluice.controller.compare;

import dev.sluice.analysis.traffic.RawCounters;

/// What a source had of the counters that are compared.
sealed interface Scraped {

  /// Of [Following.Requests].
  record OfRequests(RawCounters.Got got) implements Scraped {}

  /// Of [Following.Own], for each of its selectors.
  record OfOwn(RawCounters.Series series) implements Scraped {}
}
