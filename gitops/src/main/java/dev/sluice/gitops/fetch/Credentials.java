package dev.sluice.gitops.fetch;

import dev.sluice.gitops.SourceFailure;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/// What proves to a Git server who is asking. No `toString` shows a secret.
///
/// @param ca PEM certificates to trust instead of the JDK's, for https; empty for the JDK's
public record Credentials(Login login, Optional<String> ca) {
  /// Nothing at all: public repositories.
  public static final Credentials NONE = new Credentials(new Login.Anonymous(), Optional.empty());

  /// How to log in.
  public sealed interface Login {
    record Anonymous() implements Login {}

    record Basic(String username, String password) implements Login {
      @Override
      public String toString() {
        return "Basic[…]";
      }
    }

    record Bearer(String token) implements Login {
      @Override
      public String toString() {
        return "Bearer[…]";
      }
    }

    /// @param identity private key, PEM or OpenSSH's own format
    /// @param knownHosts lines of a `known_hosts` file; host keys are never trusted on first use
    /// @param passphrase of the key; empty for none
    record Key(String identity, String knownHosts, String passphrase) implements Login {
      @Override
      public String toString() {
        return "Key[…]";
      }
    }
  }

  /// Reads the data of a Secret in the shapes Flux uses: `username` and `password`, or
  /// `bearerToken`, for https; `identity`, `known_hosts` and perhaps `password` for ssh; `ca.crt`
  /// beside them.
  ///
  /// @param name of the Secret, for messages
  /// @throws SourceFailure.NeedsEdit naming the missing or unusable key, never a value
  public static Credentials of(GitUrl url, String name, Map<String, byte[]> secret) {
    var data = new Data(name, secret);
    for (String key : List.of("tls.crt", "tls.key", "githubAppID", "githubAppPrivateKey")) {
      if (secret.containsKey(key)) {
        throw data.wrong("holds '" + key + "', which is not supported yet");
      }
    }
    if (url.isSsh()) {
      return new Credentials(
          new Login.Key(
              data.required("identity", "for an ssh address"),
              data.required("known_hosts", "for an ssh address"),
              data.text("password").orElse("")),
          Optional.empty());
    }
    Optional<String> ca = data.text("ca.crt").or(() -> data.text("caFile"));
    Optional<String> token = data.text("bearerToken");
    Optional<String> password = data.text("password");
    if (token.isPresent()) {
      return new Credentials(new Login.Bearer(token.get().strip()), ca);
    }
    if (password.isPresent()) {
      String username = data.required("username", "beside 'password'");
      return new Credentials(new Login.Basic(username, password.get()), ca);
    }
    if (ca.isEmpty()) {
      throw data.wrong("needs 'username' and 'password', or 'bearerToken', for an http(s) address");
    }
    return new Credentials(new Login.Anonymous(), ca);
  }

  /// What must never be shown.
  List<String> secrets() {
    return switch (login) {
      case Login.Anonymous() -> List.of();
      // Tokens are often given as user name; a short one is a name and may be part of any word.
      case Login.Basic(String username, String password) ->
          username.length() < 12 ? List.of(password) : List.of(password, username);
      case Login.Bearer(String token) -> List.of(token);
      case Login.Key(String identity, String _, String passphrase) -> {
        var all = new ArrayList<String>(List.of(passphrase));
        identity.lines().filter(line -> line.length() > 8).forEach(all::add);
        yield all;
      }
    };
  }

  private record Data(String name, Map<String, byte[]> secret) {
    Optional<String> text(String key) {
      return Stream.ofNullable(secret.get(key))
          .map(bytes -> new String(bytes, StandardCharsets.UTF_8))
          .filter(text -> !text.isBlank())
          .findFirst();
    }

    String required(String key, String when) {
      return text(key).orElseThrow(() -> wrong("needs '" + key + "' " + when));
    }

    SourceFailure wrong(String what) {
      return new SourceFailure.NeedsEdit("InvalidSecret", "Secret " + name + " " + what);
    }
  }
}
