package dev.sluice.analysis;

/// A kind of metric provider.
interface ProviderType {

  /// As in `spec.provider.type` of a MetricTemplate.
  String name();

  /// Checks what can be checked without a call.
  ///
  /// @throws NeedsEdit naming the field that cannot work
  MetricSource connect(Provider provider, Http http) throws NeedsEdit;
}
