package dev.sluice.playground.api;

/// A watch could not start; the client gets this answer instead of frames.
public final class CallRefused extends RuntimeException {
  private static final long serialVersionUID = 1;

  private final transient Answer answer;

  public CallRefused(Answer answer) {
    super("the server answered " + answer.status());
    this.answer = answer;
  }

  public Answer answer() {
    return answer;
  }
}
