package dev.sluice.playground.patch;

/// A patch that cannot be read or does not fit the object.
public final class PatchRefused extends RuntimeException {
  private static final long serialVersionUID = 1;

  /// What kind of refusal; decides the status code.
  public enum Why {
    /// The patch is not a patch: 400 BadRequest with the message.
    UNREADABLE,
    /// An operation failed: 422 Invalid, `the server rejected our request due to an error in our
    /// request`, with empty details; the message is for logs.
    DOES_NOT_APPLY,
    /// 422 Invalid of a nameless object, field `patch`, with the message.
    INVALID,
    /// 413 RequestEntityTooLarge with the message.
    TOO_LARGE,
    /// 500 without a reason, with the message.
    UNTYPED
  }

  private final Why why;

  PatchRefused(Why why, String message) {
    super(message);
    this.why = why;
  }

  public Why why() {
    return why;
  }

  public String text() {
    return String.valueOf(getMessage());
  }
}
