package dev.sluice.crds.shape;

/// A resource that does not have the shape of its kind.
public final class Unreadable extends RuntimeException {
  private static final long serialVersionUID = 1;
  private final String path;

  public Unreadable(String path, String why) {
    super(path.isEmpty() ? why : path + ": " + why);
    this.path = path;
  }

  /// The field, such as `spec.analysis.metrics[0].interval`.
  public String path() {
    return path;
  }
}
