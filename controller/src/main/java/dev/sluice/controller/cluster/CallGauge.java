package dev.sluice.controller.cluster;

/// Counts calls to the API server; watches are not among them.
@FunctionalInterface
public interface CallGauge {

  /// @param verb as RBAC names it, and `apply-dry-run`
  void called(String verb, Kind kind);
}
