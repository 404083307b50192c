package dev.sluice.controller.cluster;

/// A call to the cluster that did not do what it was asked; the subclass says what would help.
public abstract sealed class ClusterFailure extends RuntimeException {
  private static final long serialVersionUID = 1;

  private ClusterFailure(String why) {
    super(why);
  }

  /// Somebody else wrote the object first (409), or it exists already: observe again, then decide
  /// again.
  public static final class Conflict extends ClusterFailure {
    private static final long serialVersionUID = 1;

    public Conflict(String why) {
      super(why);
    }
  }

  /// The object, or the namespace or kind it belongs to, is not there (404).
  public static final class Missing extends ClusterFailure {
    private static final long serialVersionUID = 1;

    public Missing(String why) {
      super(why);
    }
  }

  /// The server understood and said no (400, 403, 422): the same call will be refused again.
  public static final class Refused extends ClusterFailure {
    private static final long serialVersionUID = 1;

    public Refused(String why) {
      super(why);
    }
  }

  /// No answer, or 429 or 5xx: the call may or may not have been carried out. Try again later.
  public static sealed class Unavailable extends ClusterFailure {
    private static final long serialVersionUID = 1;

    public Unavailable(String why) {
      super(why);
    }
  }

  /// What is watched since a moment ago has not been listed yet, so that an empty cache would mean
  /// nothing. Passes by itself, and is no sign that anything is wrong unless it lasts.
  public static final class Unlisted extends Unavailable {
    private static final long serialVersionUID = 1;

    public Unlisted(String why) {
      super(why);
    }
  }
}
