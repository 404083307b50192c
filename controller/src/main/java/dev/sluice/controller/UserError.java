package dev.sluice.controller;

/// Something that the person who started the process can mend; its message is all they need.
public final class UserError extends RuntimeException {
  private static final long serialVersionUID = 1;

  public UserError(String message) {
    super(message);
  }
}
