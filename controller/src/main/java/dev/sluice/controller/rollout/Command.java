package dev.sluice.controller.rollout;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;

/// What a person asked for beside the manifest, once.
///
/// @param id tells it from the same thing asked for again; never empty
/// @param text what was asked for, as it was written; perhaps nothing that there is
/// @param by whom, as they said themselves; empty when they did not
/// @param through the client that wrote it, as the API server noted; empty when it did not
/// @param why empty when they did not say
/// @param revision the one that is meant, or how its hash begins; empty for any
/// @param isDeclared whether it is part of a manifest, which is applied again and again
public record Command(
    String id,
    String text,
    String by,
    String through,
    String why,
    String revision,
    boolean isDeclared) {

  /// Everything that can be asked for.
  public enum Verb {
    /// Past the check of this step, and past whoever is to agree.
    PROMOTE,
    /// Past everything that is left of the analysis.
    PROMOTE_FULLY,
    /// Back to the primary.
    ABORT,
    /// Analyse what failed once more.
    RETRY,
    /// No step forward from here on.
    PAUSE,
    /// The end of a pause.
    RESUME,
    /// Past the check of this step.
    SKIP;

    /// As it is written, such as `promote-fully`.
    public String title() {
      return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
  }

  /// Every verb as it is written, for messages.
  public static String known() {
    return Arrays.stream(Verb.values()).map(Verb::title).collect(Collectors.joining(", "));
  }

  /// Empty when there is no such thing.
  Optional<Verb> verb() {
    return Arrays.stream(Verb.values()).filter(verb -> verb.title().equals(text)).findFirst();
  }

  /// `jane (through kubectl-annotate)`, for messages; never empty.
  String who() {
    return who(by, through);
  }

  /// @param by may be empty
  /// @param through may be empty
  static String who(String by, String through) {
    var name = by.isEmpty() ? "somebody" : by;
    return through.isEmpty() ? name : name + " (through " + through + ")";
  }

  /// Whether this is about another revision than the one given.
  boolean isAboutAnother(Revision present) {
    return !revision.isEmpty() && !present.hash().startsWith(revision);
  }
}
