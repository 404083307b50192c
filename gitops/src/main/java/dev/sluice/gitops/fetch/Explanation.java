package dev.sluice.gitops.fetch;

import dev.sluice.gitops.SourceFailure;
import java.net.UnknownHostException;
import java.util.List;
import java.util.Locale;
import javax.net.ssl.SSLException;
import org.eclipse.jgit.errors.NoRemoteRepositoryException;
import org.eclipse.jgit.errors.NotSupportedException;

/// Tells apart what JGit throws. It has types for few things, so for the rest its words decide; a
/// message that is not known means the network, which may pass.
final class Explanation {
  private Explanation() {}

  private record Sign(List<String> words, String reason, String advice) {}

  private static final List<Sign> NEED_EDIT =
      List.of(
          new Sign(
              List.of("server key did not validate", "host key", "hostkey"),
              "HostKeyMismatch",
              "shows a host key that 'known_hosts' of the Secret does not list; compare it with"
                  + " what the server's owner publishes"),
          new Sign(
              List.of(
                  "not authorized",
                  "authentication is required",
                  "auth fail",
                  "no more authentication methods",
                  "cannot log in",
                  "not permitted",
                  "authentication not supported",
                  "permission denied"),
              "AuthenticationFailed",
              "refuses these credentials; check the Secret named by spec.secretRef"),
          new Sign(
              List.of("cannot redirect", "followredirects", "redirect"),
              "RepositoryMoved",
              "answers with a redirect, which is not followed; write the final address (often one"
                  + " ending in .git) into spec.url"));

  static SourceFailure of(Exception thrown, Source source) {
    String all = messages(thrown).toLowerCase(Locale.ROOT);
    for (Sign sign : NEED_EDIT) {
      if (sign.words().stream().anyMatch(all::contains)) {
        return new SourceFailure.NeedsEdit(sign.reason(), source.url() + " " + sign.advice());
      }
    }
    for (Throwable cause = thrown; cause != null; cause = cause.getCause()) {
      switch (cause) {
        case NoRemoteRepositoryException _ -> {
          return new SourceFailure.NeedsEdit(
              "RepositoryNotFound",
              "there is no repository at "
                  + source.url()
                  + ", or these credentials may not see it; check spec.url and spec.secretRef");
        }
        case NotSupportedException _ -> {
          return new SourceFailure.NeedsEdit(
              "InvalidUrl", "spec.url " + source.url() + " is not an address Git can fetch from");
        }
        case UnknownHostException _ -> {
          return new SourceFailure.Passing(
              "FetchFailed", "the name of the host of " + source.url() + " cannot be resolved");
        }
        case SSLException _ -> {
          return new SourceFailure.Passing(
              "FetchFailed",
              source.url()
                  + " shows a certificate that is not trusted; give its CA as 'ca.crt' in the"
                  + " Secret");
        }
        default -> {}
      }
    }
    String why = Redaction.clean(lastMessage(thrown), source.credentials().secrets());
    return new SourceFailure.Passing("FetchFailed", "fetching " + source.url() + " failed: " + why);
  }

  private static String messages(Throwable thrown) {
    var all = new StringBuilder();
    for (Throwable cause = thrown; cause != null; cause = cause.getCause()) {
      all.append(cause.getMessage()).append('\n');
    }
    return all.toString();
  }

  private static String lastMessage(Throwable thrown) {
    String message = thrown.getMessage();
    return message == null ? thrown.getClass().getSimpleName() : message;
  }
}
