package dev.sluice.analysis;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
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
    var type = required(provider);
    return switch (provider.credentials()) {
      case Credentials.Given(var entries) -> type.connect(provider, entries, http);
      case Credentials.OutOfReach(var why) -> new Silent(why);
      case Credentials.Unusable(var why) -> throw new NeedsEdit("provider.secretRef", why);
    };
  }

  /// Checks what can be checked without credentials and without a call.
  ///
  /// @throws NeedsEdit for a type that is not known, or an address that cannot work
  public static void check(Provider provider) throws NeedsEdit {
    required(provider).check(provider);
  }

  /// The entries of a Secret that providers of this type take; nothing for an unknown type.
  public static Set<String> keys(Provider provider) {
    return type(provider).map(ProviderType::keys).orElse(Set.of());
  }

  /// How far back a query looks by itself, whatever `{{ interval }}` is; zero when that cannot be
  /// seen from its text.
  public static Duration looksBack(Question question) {
    return type(question.provider())
        .map(type -> type.looksBack(question.query()))
        .orElse(Duration.ZERO);
  }

  private static ProviderType required(Provider provider) throws NeedsEdit {
    return type(provider)
        .orElseThrow(() ->
            new NeedsEdit(
                "provider.type",
                "unknown metric provider '%s'; known: %s"
                    .formatted(
                        provider.type(),
                        KNOWN.stream().map(ProviderType::name).collect(Collectors.joining(", ")))));
  }

  private static Optional<ProviderType> type(Provider provider) {
    return KNOWN.stream().filter(type -> type.name().equals(provider.type())).findFirst();
  }

  /// Cannot be asked now.
  private record Silent(String why) implements MetricSource {
    @Override
    public Sample number(String query) {
      return new Sample.Unavailable(why);
    }

    @Override
    public Table table(String query) {
      return new Table.None(why);
    }

    @Override
    public Samples samples(String query, Instant at) {
      return new Samples.Unavailable(why);
    }
  }
}
