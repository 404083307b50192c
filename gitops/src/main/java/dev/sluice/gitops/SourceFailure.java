package dev.sluice.gitops;

/// A commit could not be turned into objects; the subclass says what would help. Messages are one
/// sentence for a person, without secrets and without user information of a URL.
///
/// No failure ever stands for "nothing is wanted": whoever catches one keeps what was applied
/// before.
public abstract sealed class SourceFailure extends RuntimeException {
  private static final long serialVersionUID = 1;

  private final String reason;
  private final String why;

  private SourceFailure(String reason, String why) {
    super(why);
    this.reason = reason;
    this.why = why;
  }

  /// One word in CamelCase, fit for a condition's reason, such as `RefNotFound`.
  public String reason() {
    return reason;
  }

  /// The sentence; never null, unlike [#getMessage].
  public String why() {
    return why;
  }

  /// Goes away only when a person edits the sync, its Secret or the repository.
  public static final class NeedsEdit extends SourceFailure {
    private static final long serialVersionUID = 1;

    public NeedsEdit(String reason, String why) {
      super(reason, why);
    }
  }

  /// May go away by itself: the network, the server, the time.
  public static final class Passing extends SourceFailure {
    private static final long serialVersionUID = 1;

    public Passing(String reason, String why) {
      super(reason, why);
    }
  }
}
