package dev.sluice.playground;

/// Something that the person at the keyboard can mend; its message is all they need.
public final class UserError extends Exception {
  private static final long serialVersionUID = 1;

  UserError(String message) {
    super(message);
  }
}
