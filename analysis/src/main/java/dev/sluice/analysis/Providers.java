package dev.sluice.analysis;

import java.util.List;
import java.util.stream.Collectors;

/// The metric providers that can be asked.
public final class Providers {

  /// One line per provider type.
  static final List<ProviderType> KNOWN = List.of(new PrometheusType());

  private Providers() {}

  /// Costs nothing: no connection is made before the first question.
  ///
  /// @throws NeedsEdit for a type that is not known, or an address or secret that cannot work
  public static MetricSource connect(Provider provider, Http http) throws NeedsEdit {
    for (var type : KNOWN) {
      if (type.name().equals(provider.type())) {
        return type.connect(provider, http);
      }
    }
    throw new NeedsEdit(
        "provider.type",
        "unknown metric provider '%s'; known: %s"
            .formatted(
                provider.type(),
                KNOWN.stream().map(ProviderType::name).collect(Collectors.joining(", "))));
  }
}
