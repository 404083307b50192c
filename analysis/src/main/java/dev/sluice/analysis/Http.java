package dev.sluice.analysis;

import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/// The one way out of this module: whoever runs an analysis brings the HTTP client. Thread-safe.
@FunctionalInterface
public interface Http {

  /// Sends one request and reads the whole answer; blocks. May try again, and does not follow
  /// redirects.
  ///
  /// @throws Futile when the same request will never be answered
  /// @throws IOException when there was no complete answer in time; the message is shown to people
  ///   and holds no secret
  /// @throws InterruptedException when the caller gives up
  Response send(Request request) throws IOException, InterruptedException;

  /// @param timeout of one try
  /// @param maxBytes how long the answer's body may be
  /// @param insecureSkipVerify takes any TLS certificate
  record Request(
      String method,
      URI uri,
      Map<String, List<String>> headers,
      byte[] body,
      Duration timeout,
      int maxBytes,
      boolean insecureSkipVerify) {

    /// Method and address only: headers hold credentials.
    @Override
    public String toString() {
      return method + " " + Addresses.display(uri.toString());
    }
  }

  /// The request cannot be sent as it is, or its answer is longer than allowed: somebody must edit
  /// what is asked.
  sealed class Futile extends IOException permits TooLong {
    private static final long serialVersionUID = 1;

    /// @param why shown to people; holds no secret
    public Futile(String why) {
      super(why);
    }
  }

  /// The answer is longer than allowed: a smaller question may have one.
  final class TooLong extends Futile {
    private static final long serialVersionUID = 1;

    /// @param why shown to people; holds no secret
    public TooLong(String why) {
      super(why);
    }
  }

  /// @param body empty when there is none
  record Response(int status, byte[] body) {}
}
