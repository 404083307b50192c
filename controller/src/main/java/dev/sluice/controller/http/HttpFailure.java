package dev.sluice.controller.http;

import java.io.IOException;
import java.util.OptionalInt;

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
  private final int status;

  public HttpFailure(Cause kind, String message) {
    this(kind, message, 0);
  }

  private HttpFailure(Cause kind, String message, int status) {
    super(message);
    this.kind = kind;
    this.status = status;
  }

  static HttpFailure tooLong(Http.Request request, int status) {
    return new HttpFailure(
        Cause.TOO_LONG,
        request.host() + " answered with more than " + request.maxBytes() + " bytes",
        status);
  }

  /// Of an answer that was too long; empty for everything else, which had none.
  public OptionalInt status() {
    return status == 0 ? OptionalInt.empty() : OptionalInt.of(status);
  }

  public Cause kind() {
    return kind;
  }
}
