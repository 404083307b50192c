package dev.sluice.controller.gitsync;

import dev.sluice.controller.cluster.Cluster;
import dev.sluice.controller.cluster.ClusterFailure;
import dev.sluice.controller.cluster.Kind;
import dev.sluice.crds.GitSync;
import dev.sluice.crds.LocalRef;
import dev.sluice.crds.ObjectRef;
import dev.sluice.gitops.SourceFailure;
import dev.sluice.gitops.fetch.Credentials;
import dev.sluice.gitops.fetch.GitRef;
import dev.sluice.gitops.fetch.GitUrl;
import dev.sluice.gitops.fetch.Limits;
import dev.sluice.gitops.fetch.Mirrors;
import dev.sluice.gitops.fetch.Snapshot;
import dev.sluice.gitops.fetch.Source;
import dev.sluice.gitops.render.Manifest;
import dev.sluice.gitops.render.Renderer;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import java.time.Duration;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// From a GitSync's spec to the objects of a commit.
final class Checkout {
  /// Flux's, and not the branch that the server calls its default.
  private static final String DEFAULT_BRANCH = "master";

  private final Mirrors mirrors;
  private final boolean fileAllowed;

  Checkout(Mirrors mirrors, boolean fileAllowed) {
    this.mirrors = mirrors;
    this.fileAllowed = fileAllowed;
  }

  /// @param as who reads the Secret
  /// @throws SourceFailure when there is no such commit, or no answer
  Snapshot fetch(GitSync sync, Cluster as) {
    GitUrl url = GitUrl.parse(sync.spec().url(), fileAllowed);
    GitRef ref = ref(Optional.ofNullable(sync.spec().ref()));
    Duration timeout = duration("spec.timeout", sync.spec()::patience);
    return mirrors.fetch(new Source(url, ref, credentials(sync, url, as), timeout));
  }

  /// @throws SourceFailure naming file and line
  static List<Manifest> render(GitSync sync, Snapshot snapshot) {
    return Renderer.render(snapshot.files(sync.spec().folder(), Limits.DEFAULT));
  }

  /// Time between two looks.
  static Duration interval(GitSync sync) {
    return duration("spec.interval", sync.spec()::every);
  }

  private static Duration duration(String field, java.util.function.Supplier<Duration> read) {
    Duration duration;
    try {
      duration = read.get();
    } catch (IllegalArgumentException e) {
      throw new SourceFailure.NeedsEdit("InvalidSpec", field + ": " + e.getMessage());
    }
    if (duration.compareTo(Duration.ofSeconds(1)) < 0) {
      throw new SourceFailure.NeedsEdit("InvalidSpec", field + " must be at least 1s");
    }
    return duration;
  }

  private static GitRef ref(Optional<GitSync.Ref> given) {
    if (given.isPresent()) {
      GitSync.Ref ref = given.get();
      if (ref.commit() != null) {
        return new GitRef.Commit(ref.commit());
      }
      if (ref.tag() != null) {
        return new GitRef.Tag(ref.tag());
      }
      if (ref.branch() != null) {
        return new GitRef.Branch(ref.branch());
      }
    }
    return new GitRef.Branch(DEFAULT_BRANCH);
  }

  private static Credentials credentials(GitSync sync, GitUrl url, Cluster as) {
    LocalRef secretRef = sync.spec().secretRef();
    if (secretRef == null) {
      return Credentials.NONE;
    }
    ObjectRef ref = new ObjectRef(sync.metadata().namespace(), secretRef.name());
    Optional<GenericKubernetesResource> secret;
    try {
      secret = as.get(Kind.SECRET, ref);
    } catch (ClusterFailure.Refused e) {
      throw new SourceFailure.NeedsEdit(
          "SecretNotReadable",
          "the ServiceAccount that this GitSync acts for may not get Secret "
              + ref
              + "; allow it with a Role");
    } catch (ClusterFailure e) {
      throw new SourceFailure.Passing("ClusterFailed", "Secret " + ref + " could not be read");
    }
    Object data =
        secret
            .orElseThrow(() ->
                new SourceFailure.NeedsEdit(
                    "SecretNotFound",
                    "spec.secretRef names Secret " + ref + ", which is not there"))
            .getAdditionalProperties()
            .get("data");
    return Credentials.of(
        url, ref.toString(), decoded(ref, data instanceof Map<?, ?> m ? m : Map.of()));
  }

  private static Map<String, byte[]> decoded(ObjectRef ref, Map<?, ?> data) {
    var bytes = new LinkedHashMap<String, byte[]>();
    data.forEach((key, value) -> {
      try {
        bytes.put(String.valueOf(key), Base64.getDecoder().decode(String.valueOf(value)));
      } catch (IllegalArgumentException e) {
        throw new SourceFailure.NeedsEdit(
            "InvalidSecret", "'" + key + "' of Secret " + ref + " is not base64");
      }
    });
    return bytes;
  }
}
