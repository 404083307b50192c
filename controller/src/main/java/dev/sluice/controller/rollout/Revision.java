package dev.sluice.controller.rollout;

/// A hash of the target's pod template and tracked config, as canonical JSON of what the API server
/// returned. Two observations of the same content give the same revision.
///
/// @param hash short enough for a label value, never blank
public record Revision(String hash) {

  /// Of an object that another controller left, or of one nobody has looked at yet.
  static final Revision UNKNOWN = new Revision("unknown");

  /// Of what another controller gave up, and what somebody has changed since.
  static final Revision REPLACED = new Revision("replaced");

  /// @throws IllegalArgumentException when blank
  public Revision {
    if (hash.isBlank()) {
      throw new IllegalArgumentException("a revision has a hash");
    }
  }

  @Override
  public String toString() {
    return hash;
  }
}
