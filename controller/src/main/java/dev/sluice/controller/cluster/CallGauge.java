package dev.sluice.controller.cluster;

/// Counts calls to the API server, and watches that break.
@FunctionalInterface
public interface CallGauge {

  /// For whom nobody counts.
  CallGauge NONE = (verb, kind, outcome) -> {};

  /// A call is over; watches are not among them.
  ///
  /// @param verb as RBAC names it, and `apply-dry-run`
  /// @param outcome `ok`, or how it failed: `conflict`, `missing`, `refused` or `unavailable`
  void called(String verb, Kind kind, String outcome);

  /// A watch broke and is begun anew.
  default void watchFailed(Kind kind) {}
}
