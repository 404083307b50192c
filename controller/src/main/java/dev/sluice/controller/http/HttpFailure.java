package dev.sluice.controller.http;

import java.io.IOException;

/// There was no complete answer. The message names the host and is shown to people; it holds no
/// path, query or header, for they may be secrets.
public final class HttpFailure extends IOException {
  private static final long serialVersionUID = 1;

  /// What went wrong, which decides whether another try can help and whether the host is to blame.
  public enum Cause {
    /// Nobody answered, or not to the end.
    NO_ANSWER,
    /// The host failed a lot lately and is left alone for a while; nothing was sent.
    LEFT_ALONE,
    /// The answer was longer than allowed.
    TOO_LONG,
    /// The request cannot be sent as it is.
    INVALID
  }

  private final Cause kind;

  public HttpFailure(Cause kind, String message) {
    super(message);
    this.kind = kind;
  }

  public Cause kind() {
    return kind;
  }
}
