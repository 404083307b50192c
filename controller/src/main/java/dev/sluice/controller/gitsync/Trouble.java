package dev.sluice.controller.gitsync;

import dev.sluice.controller.cluster.ClusterFailure;
import dev.sluice.gitops.SourceFailure;

/// Why a pass did not do all that Git asks for.
///
/// @param reason one word in CamelCase, for conditions and Events
/// @param why one sentence for a person, without secrets
/// @param needsEdit whether only a person can end it; else it is tried again soon
record Trouble(String reason, String why, boolean needsEdit) {

  static Trouble of(SourceFailure failure) {
    return switch (failure) {
      case SourceFailure.NeedsEdit e -> new Trouble(e.reason(), e.why(), true);
      case SourceFailure.Passing e -> new Trouble(e.reason(), e.why(), false);
    };
  }

  /// @param doing what was tried, such as `reading Service production/web`
  static Trouble of(String doing, ClusterFailure failure) {
    return new Trouble("ClusterFailed", doing + " failed: " + failure.getMessage(), false);
  }

  /// Ends a pass.
  Stop stop() {
    return new Stop(this);
  }

  /// Carries a trouble to the end of the pass.
  static final class Stop extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final transient Trouble trouble;

    private Stop(Trouble trouble) {
      super(trouble.why());
      this.trouble = trouble;
    }

    Trouble trouble() {
      return trouble;
    }
  }
}
