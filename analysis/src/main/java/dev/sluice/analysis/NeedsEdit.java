package dev.sluice.analysis;

/// Nothing gets better by waiting: a person must edit a field. The message is one sentence for that
/// person, without a full stop.
public final class NeedsEdit extends Exception {
  private static final long serialVersionUID = 1;

  private final String subject;

  /// @param subject what must be edited, such as `MetricTemplate production/errors`
  /// @param why begins with the subject or makes sense after it
  public NeedsEdit(String subject, String why) {
    super(why);
    this.subject = subject;
  }

  public String subject() {
    return subject;
  }

  /// Never null.
  @Override
  public String getMessage() {
    var why = super.getMessage();
    return why == null ? subject : why;
  }
}
