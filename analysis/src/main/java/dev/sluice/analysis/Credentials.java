package dev.sluice.analysis;

import java.util.Map;

/// What a provider is told about who asks.
public sealed interface Credentials {
  /// Nobody in particular asks.
  Credentials NONE = new Given(Map.of());

  /// @param entries by the provider's own keys, such as `token`; never printed
  record Given(Map<String, String> entries) implements Credentials {
    public Given {
      entries = Map.copyOf(entries);
    }

    /// The number of entries only.
    @Override
    public String toString() {
      return entries.size() + " entries";
    }
  }

  /// There are some, and they could not be had now. Nothing is asked without them, and this says
  /// nothing about the release.
  ///
  /// @param why one clause without secrets
  record OutOfReach(String why) implements Credentials {}

  /// There are some, and they can never work: somebody must edit the Secret or its name.
  ///
  /// @param why one clause without secrets
  record Unusable(String why) implements Credentials {}

  static Credentials of(Map<String, String> entries) {
    return entries.isEmpty() ? NONE : new Given(entries);
  }
}
