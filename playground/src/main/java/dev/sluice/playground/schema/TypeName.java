package dev.sluice.playground.schema;

/// Names one version of one kind.
///
/// @param group empty for the core group
public record TypeName(String group, String version, String kind) {

  /// @param apiVersion `v1` or `apps/v1`
  public static TypeName of(String apiVersion, String kind) {
    int slash = apiVersion.indexOf('/');
    return slash < 0
        ? new TypeName("", apiVersion, kind)
        : new TypeName(apiVersion.substring(0, slash), apiVersion.substring(slash + 1), kind);
  }

  public String apiVersion() {
    return group.isEmpty() ? version : group + "/" + version;
  }

  /// As error messages of the server spell it: `apps/v1, Kind=Deployment`, `/v1, Kind=Pod`.
  @Override
  public String toString() {
    return group + "/" + version + ", Kind=" + kind;
  }
}
