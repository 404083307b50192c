package dev.sluice.controller.cluster;

import dev.sluice.crds.ObjectRef;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Everything the controller asks of a Kubernetes cluster. The real one speaks HTTP; the
/// simulation's works on the playground's store without HTTP and injects faults at every call. One
/// contract test covers both.
///
/// Every write is one request, never retried here: a lost answer is repaired by the next tick. All
/// methods throw [ClusterFailure]; none blocks longer than the request timeout.
public interface Cluster {

  // ---- reads from the local cache of watched kinds; they cost the API server nothing ----

  /// The object as the watch last showed it; may be older than our own last write.
  Optional<GenericKubernetesResource> cached(Kind kind, ObjectRef ref);

  /// All watched objects of a kind, in no particular order.
  List<GenericKubernetesResource> cached(Kind kind);

  /// Whether the objects of a kind can be read from the cache. Where they are not watched, the
  /// server is asked whether it defines the kind by now, and a watch of it begins that never ends.
  Followed follow(Kind kind);

  /// Whether the objects of a kind are watched by now, by a call of [#follow] or from the start.
  boolean follows(Kind kind);

  // ---- reads from the server, for kinds that are not watched or where the cache is too old ----

  Optional<GenericKubernetesResource> get(Kind kind, ObjectRef ref);

  /// @param namespace empty for all namespaces
  /// @param labels all must be equal; empty for every object
  List<GenericKubernetesResource> list(Kind kind, String namespace, Map<String, String> labels);

  // ---- writes ----

  /// @throws ClusterFailure.Conflict when it exists already
  GenericKubernetesResource create(Kind kind, GenericKubernetesResource object);

  /// Replaces the whole object if its resourceVersion is still the live one.
  ///
  /// @throws ClusterFailure.Conflict when somebody wrote it in between
  GenericKubernetesResource replace(Kind kind, GenericKubernetesResource object);

  /// JSON merge patch (RFC 7386). A `metadata.resourceVersion` in the patch makes it conditional.
  GenericKubernetesResource mergePatch(Kind kind, ObjectRef ref, Map<String, Object> patch);

  /// Merge patch of the status subresource; `patch` holds the content of `status`.
  ///
  /// @param resourceVersion the patch fails with a conflict if the object has moved on
  GenericKubernetesResource patchStatus(
      Kind kind, ObjectRef ref, Map<String, Object> status, String resourceVersion);

  /// Server-side apply.
  ///
  /// @param manager the field manager, such as `sluice-git`
  /// @param force takes fields from other managers instead of failing with a conflict
  /// @param dryRun everything but the write
  GenericKubernetesResource apply(
      Kind kind, GenericKubernetesResource object, String manager, boolean force, boolean dryRun);

  /// Deletes in the background. An object that is not there is fine.
  ///
  /// @param uid only this incarnation; empty for any
  void delete(Kind kind, ObjectRef ref, Optional<String> uid);

  /// Resolves apiVersion and kind by discovery; empty when the server does not know the kind.
  Optional<Kind> resolve(String apiVersion, String kind);

  /// The same cluster as seen by a ServiceAccount, for writes on behalf of whoever made a GitSync.
  /// Its cached reads are the controller's own.
  Cluster as(ObjectRef serviceAccount);
}
