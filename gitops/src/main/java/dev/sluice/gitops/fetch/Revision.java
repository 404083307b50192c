package dev.sluice.gitops.fetch;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// A commit and the name it was found by, written as Flux writes it: `main@sha1:<40 hex>`,
/// `v1.2@sha1:<40 hex>`, or `sha1:<40 hex>` where the commit itself was asked for.
///
/// @param label branch or tag; empty for none
/// @param sha 40 hexadecimal digits, lower case
public record Revision(String label, String sha) {
  private static final Pattern FORM = Pattern.compile("(?:(.+)@)?sha1:([0-9a-f]{40})");

  /// Empty when the text is not of this form.
  public static Optional<Revision> parse(String text) {
    Matcher form = FORM.matcher(text);
    if (!form.matches()) {
      return Optional.empty();
    }
    String label = form.group(1);
    return Optional.of(new Revision(label == null ? "" : label, form.group(2)));
  }

  /// With seven digits, for people: `main@sha1:1a2b3c4`.
  public String brief() {
    return withDigits(7);
  }

  @Override
  public String toString() {
    return withDigits(40);
  }

  private String withDigits(int digits) {
    return (label.isEmpty() ? "" : label + "@") + "sha1:" + sha.substring(0, digits);
  }
}
