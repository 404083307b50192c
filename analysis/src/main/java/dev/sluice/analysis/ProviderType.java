package dev.sluice.analysis;

import java.time.Duration;
import java.util.Map;
import java.util.Set;

/// A kind of metric provider.
interface ProviderType {

  /// As in `spec.provider.type` of a MetricTemplate.
  String name();

  /// How far back a query looks by itself, whatever `{{ interval }}` is; zero when that cannot be
  /// seen from its text.
  Duration looksBack(String query);

  /// What it takes from the provider's Secret.
  Set<String> keys();

  /// Checks what can be checked without credentials.
  ///
  /// @throws NeedsEdit naming the field that cannot work
  void check(Provider provider) throws NeedsEdit;

  /// Checks what can be checked without a call.
  ///
  /// @param credentials entries of the provider's Secret, empty without one
  /// @throws NeedsEdit naming the field that cannot work
  MetricSource connect(Provider provider, Map<String, String> credentials, Http http)
      throws NeedsEdit;
}
