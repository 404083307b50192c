package dev.sluice.crds;

import dev.sluice.crds.shape.Field;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// What every object carries; the parts that Sluice reads.
///
/// @param namespace empty for cluster-scoped objects
/// @param uid empty for an object that was not read from a server
/// @param resourceVersion empty for an object that was not read from a server
/// @param generation grows with every change of the spec; 0 when unknown
public record Metadata(
    @Field(value = "Unique within the namespace.", required = true) String name,
    @Field("Where the object lives.") String namespace,
    @Field("This incarnation of the object.") String uid,
    @Field("This version of the object.") String resourceVersion,
    @Field("Grows with every change of the spec.") long generation,
    @Field("Labels.") Map<String, String> labels,
    @Field("Annotations.") Map<String, String> annotations,
    @Field("When the object was created.") @Nullable Instant creationTimestamp,
    @Field("Set once the object is being deleted.") @Nullable Instant deletionTimestamp,
    @Field("Who must agree before the object is gone.") List<String> finalizers) {

  @SuppressWarnings("ConstantValue") // the binding passes null for what is absent
  public Metadata {
    namespace = namespace == null ? "" : namespace;
    uid = uid == null ? "" : uid;
    resourceVersion = resourceVersion == null ? "" : resourceVersion;
    labels = Map.copyOf(labels);
    annotations = Map.copyOf(annotations);
    finalizers = List.copyOf(finalizers);
  }

  public ObjectRef ref() {
    return new ObjectRef(namespace, name);
  }

  public boolean deleting() {
    return deletionTimestamp != null;
  }
}
