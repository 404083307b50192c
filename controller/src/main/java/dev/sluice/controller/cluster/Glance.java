package dev.sluice.controller.cluster;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sluice.crds.ObjectRef;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Clusters for a command that looks once and writes nothing: what the controller would find in the
/// cache of its watches is read from the server when it is asked for, and every write is refused
/// before it is sent.
public final class Glance {
  private static final Fence SHUT =
      () -> {
        throw new ClusterFailure.Refused("this command writes nothing");
      };

  private Glance() {}

  /// A cluster as its API server shows it now.
  ///
  /// @param given found before whatever the server has
  /// @param timeoutMillis of one request
  public static Cluster at(
      KubernetesClient client,
      long timeoutMillis,
      Map<Kind, Map<ObjectRef, GenericKubernetesResource>> given) {
    String server = client.getConfiguration().getMasterUrl();
    Transport transport =
        new FencedTransport(
            new HttpTransport(client.getHttpClient(), server, timeoutMillis, null), SHUT);
    return new ApiCluster(transport, new Read(given, Optional.of(transport)), CallGauge.NONE);
  }

  /// No cluster at all: every kind is defined, and there are the given objects. Secrets, which are
  /// seldom in files, are all taken to be there.
  public static Cluster nowhere(Map<Kind, Map<ObjectRef, GenericKubernetesResource>> given) {
    return new ApiCluster(new Nobody(), new Read(given, Optional.empty()), CallGauge.NONE);
  }

  private record Read(
      Map<Kind, Map<ObjectRef, GenericKubernetesResource>> given, Optional<Transport> behind)
      implements Cache {

    @Override
    public Optional<GenericKubernetesResource> get(Kind kind, ObjectRef ref) {
      GenericKubernetesResource found = given.getOrDefault(kind, Map.of()).get(ref);
      if (found != null) {
        return Optional.of(found);
      }
      if (behind.isEmpty()) {
        return Optional.of(new GenericKubernetesResource()).filter(_ -> kind.equals(Kind.SECRET));
      }
      try {
        return new ApiCluster(behind.get(), this, CallGauge.NONE).get(kind, ref);
      } catch (ClusterFailure.Refused e) {
        if (kind.equals(Kind.SECRET)) {
          // Not everybody may read Secrets; that is no news of whether it is there.
          return Optional.of(new GenericKubernetesResource());
        }
        throw e;
      }
    }

    @Override
    public List<GenericKubernetesResource> all(Kind kind) {
      return List.of();
    }

    @Override
    public boolean watch(Kind kind) {
      return true;
    }

    /// Where there is a server, it is asked whether it defines the kind.
    @Override
    public boolean isWatched(Kind kind) {
      return behind.isEmpty();
    }
  }

  private record Nobody() implements Transport {
    @Override
    public JsonNode send(
        String method, String path, @Nullable String contentType, @Nullable Object body) {
      throw new ClusterFailure.Unavailable("no cluster was named");
    }

    @Override
    public Transport within(Duration atMost) {
      return this;
    }

    @Override
    public Transport as(String user) {
      return this;
    }
  }
}
