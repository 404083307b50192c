package dev.sluice.gitops.fetch;

import dev.sluice.gitops.SourceFailure;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.Locale;
import java.util.Set;

/// The address of a repository, free of credentials: it may be shown to anybody.
public record GitUrl(URI uri) {
  private static final int LONGEST = 2048;
  private static final Set<String> SCHEMES = Set.of("https", "http", "ssh", "file");

  /// @param fileAllowed whether `file:` addresses may be used; they read the controller's own disk,
  ///   so only tests and the playground say yes
  /// @throws SourceFailure.NeedsEdit naming what to change; never repeating user information
  public static GitUrl parse(String text, boolean fileAllowed) {
    if (text.length() > LONGEST) {
      throw bad("is longer than " + LONGEST + " characters");
    }
    if (!text.contains("://")) {
      throw bad(
          "needs a scheme: write https://host/path or, instead of git@host:path,"
              + " ssh://git@host/path");
    }
    URI uri;
    try {
      uri = new URI(text);
    } catch (URISyntaxException e) {
      throw bad("is not a URL (at character " + (e.getIndex() + 1) + ")");
    }
    String scheme = String.valueOf(uri.getScheme()).toLowerCase(Locale.ROOT);
    if (!SCHEMES.contains(scheme)) {
      throw bad("has the scheme '" + scheme + "'; known: https, http, ssh");
    }
    if (scheme.equals("file")) {
      if (!fileAllowed) {
        throw bad("must not be a file: address; serve the repository over https or ssh");
      }
      return new GitUrl(uri);
    }
    String user = uri.getRawUserInfo();
    if (user != null && (!scheme.equals("ssh") || user.contains(":"))) {
      throw bad("must not contain credentials; put them into the Secret named by spec.secretRef");
    }
    if (uri.getHost() == null) {
      throw bad("names no host");
    }
    if (uri.getRawQuery() != null || uri.getRawFragment() != null) {
      throw bad("must not have a query or a fragment");
    }
    return new GitUrl(uri);
  }

  boolean isSsh() {
    return "ssh".equalsIgnoreCase(uri.getScheme());
  }

  boolean isFile() {
    return "file".equalsIgnoreCase(uri.getScheme());
  }

  boolean isHttp() {
    return !isSsh() && !isFile();
  }

  /// The address without the user name, for messages.
  @Override
  public String toString() {
    return Redaction.withoutUserInfo(uri.toString());
  }

  private static SourceFailure bad(String what) {
    return new SourceFailure.NeedsEdit("InvalidUrl", "spec.url " + what);
  }
}
