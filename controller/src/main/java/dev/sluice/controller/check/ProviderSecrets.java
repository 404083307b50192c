package dev.sluice.controller.check;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sluice.analysis.Credentials;
import dev.sluice.analysis.Provider;
import dev.sluice.analysis.Providers;
import dev.sluice.controller.cluster.Cluster;
import dev.sluice.controller.cluster.ClusterFailure;
import dev.sluice.controller.cluster.Kind;
import dev.sluice.controller.object.Json;
import dev.sluice.crds.ObjectRef;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;

/// The credentials of metric providers. A Secret is read when one of its entries is first needed,
/// and again when the watch shows another version of it, so that a step costs no read; of its
/// entries only those that the provider takes are kept.
public final class ProviderSecrets {
  /// Those used longest ago are forgotten first.
  private static final int MOST = 256;

  /// Nothing longer fits into a header.
  private static final int LONGEST = 16 * 1024;

  private record Known(String version, Credentials credentials) {}

  private record Key(ObjectRef secret, String providerType) {}

  private final Cluster cluster;
  private final Map<Key, Known> known =
      new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Key, Known> eldest) {
          return size() > MOST;
        }
      };

  public ProviderSecrets(Cluster cluster) {
    this.cluster = cluster;
  }

  /// Never throws for what the cluster does: not to have credentials must hold one metric and not
  /// keep the others from being judged.
  Credentials of(ObjectRef secret, Provider provider) {
    Key key = new Key(secret, provider.type());
    Optional<String> version =
        cluster
            .cached(Kind.SECRET, secret)
            .map(object -> object.getMetadata().getResourceVersion());
    synchronized (known) {
      Known before = known.get(key);
      if (before != null && version.filter(before.version()::equals).isPresent()) {
        return before.credentials();
      }
      known.remove(key);
    }
    try {
      Optional<GenericKubernetesResource> live = cluster.get(Kind.SECRET, secret);
      if (live.isEmpty()) {
        return new Credentials.Unusable("Secret %s does not exist".formatted(secret));
      }
      Credentials credentials = credentials(secret, live.get(), provider);
      synchronized (known) {
        known.put(key, new Known(live.get().getMetadata().getResourceVersion(), credentials));
      }
      return credentials;
    } catch (ClusterFailure e) {
      return new Credentials.OutOfReach(
          "Secret %s cannot be read: %s".formatted(secret, e.getMessage()));
    }
  }

  private static Credentials credentials(
      ObjectRef ref, GenericKubernetesResource secret, Provider provider) {
    JsonNode data = Json.tree(secret).path("data");
    Map<String, String> entries = new TreeMap<>();
    for (String key : new TreeSet<>(Providers.keys(provider))) {
      String encoded = data.path(key).asText();
      if (encoded.isEmpty()) {
        continue;
      }
      Optional<String> value = decoded(encoded);
      if (value.isEmpty() || encoded.length() > LONGEST) {
        return new Credentials.Unusable("entry '%s' of Secret %s is no text".formatted(key, ref));
      }
      entries.put(key, value.get());
    }
    return entries.isEmpty()
        ? new Credentials.Unusable(
            "Secret %s holds none of %s"
                .formatted(ref, String.join(", ", new TreeSet<>(Providers.keys(provider)))))
        : Credentials.of(entries);
  }

  private static Optional<String> decoded(String encoded) {
    try {
      return Optional.of(new String(Base64.getDecoder().decode(encoded), StandardCharsets.UTF_8));
    } catch (IllegalArgumentException _) {
      return Optional.empty();
    }
  }
}
