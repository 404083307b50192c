package dev.sluice.controller.cluster;

/// Counts calls to the API server and watches that break.
public interface CallGauge {

  /// For whom nobody counts.
  CallGauge NONE =
      new CallGauge() {
        @Override
        public void called(String verb, Kind kind, String outcome) {}

        @Override
        public void watchFailed(Kind kind) {}
      };

  /// A call is over; watches are not among them.
  ///
  /// @param verb as RBAC names it, and `apply-dry-run`
  /// @param outcome `ok`, or how it failed: `conflict`, `missing`, `refused` or `unavailable`
  void called(String verb, Kind kind, String outcome);

  /// A watch broke and is begun anew.
  void watchFailed(Kind kind);
}
