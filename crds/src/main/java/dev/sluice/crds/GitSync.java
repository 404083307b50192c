package dev.sluice.crds;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sluice.crds.shape.Binding;
import dev.sluice.crds.shape.CustomResource;
import dev.sluice.crds.shape.CustomResource.Column;
import dev.sluice.crds.shape.Field;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Keeps the cluster as one folder of a Git repository says.
@CustomResource(
    group = "sluice.dev",
    version = "v1alpha1",
    kind = "GitSync",
    plural = "gitsyncs",
    shortNames = "gs",
    categories = "all",
    description = "Keeps the cluster as one folder of a Git repository says.",
    columns = {
      @Column(name = "Ready", path = ".status.conditions[?(@.type==\"Ready\")].status"),
      @Column(name = "Revision", path = ".status.lastAppliedRevision"),
      @Column(name = "Status", path = ".status.conditions[?(@.type==\"Ready\")].message"),
      @Column(name = "Suspended", path = ".spec.suspend", type = "boolean", priority = 1),
      @Column(name = "URL", path = ".spec.url", priority = 1),
      @Column(name = "Age", path = ".metadata.creationTimestamp", type = "date")
    })
public record GitSync(
    @Field(value = "Standard object metadata.", required = true) Metadata metadata,
    @Field(value = "What the user wants.", required = true) Spec spec,
    @Field("What the controller did and saw; written by it alone.") Status status) {

  @SuppressWarnings("ConstantValue") // the binding passes null for what is absent
  public GitSync {
    status = status == null ? Status.EMPTY : status;
  }

  /// @throws dev.sluice.crds.shape.Unreadable naming the field that is not what it should be
  public static GitSync read(JsonNode object) {
    return Binding.read(GitSync.class, object);
  }

  public ObjectRef ref() {
    return metadata.ref();
  }

  public record Spec(
      @Field(
              value =
                  "Where the repository is: `https://`, `http://` or `ssh://`; `file://` where the controller allows it.",
              required = true,
              pattern = "^(http|https|ssh|file)://.*$",
              maxLength = 2048)
          String url,
      @Field("Which commit; the branch `master` when absent, as in Flux.") @Nullable Ref ref,
      @Field(value = "Folder to apply; the whole repository when absent.", maxLength = 1024)
          @Nullable String path,
      @Field(
              value = "Time between two looks at the repository, and between two looks for drift.",
              required = true,
              pattern = "^([0-9]+(\\.[0-9]+)?(ms|s|m|h))+$")
          String interval,
      @Field(
              value = "Longest time for one Git operation; `60s` when absent.",
              pattern = "^([0-9]+(\\.[0-9]+)?(ms|s|m|h))+$")
          @Nullable String timeout,
      @Field(value = "Delete objects that are no longer in Git.", byDefault = "false")
          boolean prune,
      @Field("Do nothing until this is false again.") boolean suspend,
      @Field(
              "Secret with the credentials, in the same namespace: `username` and `password`, or"
                  + " `bearerToken`, and `ca.crt`, for https; `identity` and `known_hosts` for ssh.")
          @Nullable LocalRef secretRef,
      @Field("Namespace that every object is put into, whatever its manifest says.")
          @Nullable String targetNamespace,
      @Field(
              "ServiceAccount of the same namespace in whose name objects are written; `default`"
                  + " when absent.")
          @Nullable String serviceAccountName) {

    private static final Duration DEFAULT_TIMEOUT = Duration.ofSeconds(60);

    /// @throws IllegalArgumentException if the text is no duration
    public Duration every() {
      return GoDuration.parse(interval);
    }

    /// @throws IllegalArgumentException if the text is no duration
    public Duration patience() {
      return timeout == null || timeout.isEmpty() ? DEFAULT_TIMEOUT : GoDuration.parse(timeout);
    }

    /// The folder without slashes around it or `./` before it; empty for the whole repository.
    public String folder() {
      if (path == null) {
        return "";
      }
      String folder = path;
      while (folder.startsWith("./") || folder.startsWith("/")) {
        folder = folder.substring(folder.indexOf('/') + 1);
      }
      while (folder.endsWith("/")) {
        folder = folder.substring(0, folder.length() - 1);
      }
      return folder.equals(".") ? "" : folder;
    }
  }

  /// `commit` wins over `tag`, and `tag` over `branch`.
  public record Ref(
      @Field("Branch to follow.") @Nullable String branch,
      @Field("Tag to take.") @Nullable String tag,
      @Field(value = "Commit to take, in full.", pattern = "^[0-9a-f]{40}$")
          @Nullable String commit) {}

  /// @param lastAttemptedRevision such as `main@sha1:<commit>`; differs from the applied one while
  ///   a commit does not go in
  public record Status(
      @Field("The generation of the spec that this status speaks of.") long observedGeneration,
      @Field("What people and tools wait for.") List<Condition> conditions,
      @Field("The revision that was tried last, such as `main@sha1:<commit>`.")
          @Nullable String lastAttemptedRevision,
      @Field("The revision that was applied last in full.") @Nullable String lastAppliedRevision,
      @Field(
              "The last request for a sync that was served (annotation `reconcile.fluxcd.io/requestedAt`).")
          @Nullable String lastHandledReconcileAt,
      @Field("What this object has applied and would prune.") @Nullable Inventory inventory,
      @Field(
              "Targets of rollouts, as namespace/name, whose pods or config the commit under way"
                  + " changes.")
          List<String> handingOver,
      @Field("What people were told last, kept so that a crash loses none of it.")
          @Nullable News news) {

    public static final Status EMPTY =
        new Status(0, List.of(), null, null, null, null, List.of(), null);

    public Status {
      conditions = List.copyOf(conditions);
      handingOver = List.copyOf(handingOver);
    }

    public Optional<Condition> condition(String type) {
      return Condition.find(conditions, type);
    }

    /// The same with other news.
    public Status with(News latest) {
      return new Status(
          observedGeneration,
          conditions,
          lastAttemptedRevision,
          lastAppliedRevision,
          lastHandledReconcileAt,
          inventory,
          handingOver,
          latest);
    }

    /// The whole status as the API server takes it.
    public Map<String, Object> toMap() {
      return Binding.writeMap(this);
    }
  }

  /// One Event. Its time is kept to the millisecond.
  public record News(
      @Field(value = "When it happened.", required = true) Instant at,
      @Field(value = "`Normal` or `Warning`.", required = true) String type,
      @Field(value = "The Event's reason.", required = true) String reason,
      @Field(value = "The Event's message.", required = true) String message) {
    public News {
      at = at.truncatedTo(ChronoUnit.MILLIS);
    }
  }

  public record Inventory(
      @Field(value = "One entry per object.", required = true) List<Entry> entries) {
    public Inventory {
      entries = List.copyOf(entries);
    }
  }

  /// An object as Flux writes it down.
  public record Entry(
      @Field(
              value =
                  "`namespace_name_group_kind`; a colon in a name is written as two underscores.",
              required = true)
          String id,
      @Field(value = "API version without the group.", required = true) String v) {}
}
