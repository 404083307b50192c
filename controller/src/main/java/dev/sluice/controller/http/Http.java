package dev.sluice.controller.http;

import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/// Sends requests and reads whole answers; blocks, for virtual threads. Thread-safe. Redirects are
/// answers like others and never followed: an address that was allowed must not lead to another.
@FunctionalInterface
public interface Http {

  /// @throws HttpFailure when there was no complete answer; any status is an answer
  /// @throws InterruptedException when the caller gives up; the request is then abandoned
  Response send(Request request) throws HttpFailure, InterruptedException;

  /// @param uri `http` or `https`, with a host; a user and password in it become basic credentials
  /// @param timeout of one try, from connecting to the last byte of the answer
  /// @param maxBytes how long the body of the answer may be
  /// @param verifyTls false takes any certificate
  /// @param proxy through which it goes; empty for directly
  record Request(
      String method,
      URI uri,
      Map<String, List<String>> headers,
      byte[] body,
      Duration timeout,
      int maxBytes,
      boolean verifyTls,
      Optional<Proxy> proxy,
      Retries retries) {

    public Request {
      headers = Map.copyOf(headers);
    }

    public static Request get(URI uri, Duration timeout, int maxBytes) {
      return new Request(
          "GET",
          uri,
          Map.of(),
          new byte[0],
          timeout,
          maxBytes,
          true,
          Optional.empty(),
          Retries.NONE);
    }

    public static Request postJson(URI uri, byte[] body, Duration timeout, int maxBytes) {
      return new Request(
          "POST",
          uri,
          Map.of("content-type", List.of("application/json")),
          body,
          timeout,
          maxBytes,
          true,
          Optional.empty(),
          Retries.NONE);
    }

    public Request with(Map<String, List<String>> newHeaders) {
      return new Request(
          method, uri, newHeaders, body, timeout, maxBytes, verifyTls, proxy, retries);
    }

    public Request with(Optional<Proxy> newProxy) {
      return new Request(
          method, uri, headers, body, timeout, maxBytes, verifyTls, newProxy, retries);
    }

    public Request with(Retries newRetries) {
      return new Request(
          method, uri, headers, body, timeout, maxBytes, verifyTls, proxy, newRetries);
    }

    public Request verifyTls(boolean verify) {
      return new Request(method, uri, headers, body, timeout, maxBytes, verify, proxy, retries);
    }

    /// Method and host only: paths, queries and headers hold secrets, as Slack's addresses do.
    @Override
    public String toString() {
      return method + " " + host();
    }

    /// `scheme://host:port`, which may be shown to people.
    public String host() {
      return uri.getScheme()
          + "://"
          + uri.getHost()
          + (uri.getPort() < 0 ? "" : ":" + uri.getPort());
    }
  }

  /// @param headers by name in lower case
  /// @param body empty when there is none
  record Response(int status, Map<String, List<String>> headers, byte[] body) {

    public boolean success() {
      return isSuccess(status);
    }

    /// The beginning of the body as one clean line for people: no control characters, no runs of
    /// blanks.
    ///
    /// @param most characters, beyond which it ends in an ellipsis
    public String excerpt(int most) {
      String text =
          new String(body, 0, Math.min(body.length, most * 8), StandardCharsets.UTF_8)
              .replaceAll("[\\p{Cntrl}\\s]+", " ")
              .strip();
      return text.length() <= most ? text : text.substring(0, most) + "…";
    }

    public Optional<String> header(String name) {
      return Optional.ofNullable(headers.get(name.toLowerCase(Locale.ROOT))).map(List::getFirst);
    }
  }

  /// Whether a status says that it was done.
  static boolean isSuccess(int status) {
    return status >= 200 && status <= 299;
  }

  /// How often a request is tried again, when no answer came or the server said 429, or 5xx but
  /// 501. Waits double from `first` to `longest`, with jitter; a longer `Retry-After` is obeyed up
  /// to `longest`.
  ///
  /// @param count of further tries, 0 to 10
  record Retries(int count, Duration first, Duration longest) {
    public static final int MOST = 10;
    public static final Retries NONE = new Retries(0, Duration.ZERO, Duration.ZERO);

    /// @throws IllegalArgumentException outside 0 to 10
    public Retries {
      if (count < 0 || count > MOST) {
        throw new IllegalArgumentException("retries are 0 to " + MOST + ", not " + count);
      }
    }

    /// A second between the first tries, half a minute at most.
    public static Retries of(int count) {
      return new Retries(count, Duration.ofSeconds(1), Duration.ofSeconds(30));
    }
  }

  /// @param user of basic credentials; empty for none
  record Proxy(String host, int port, String user, String password) {

    /// @param address such as `http://127.0.0.1:3128`, perhaps with a user and password
    /// @throws IllegalArgumentException when it is no such address
    public static Proxy at(URI address) {
      if (!"http".equals(address.getScheme()) || address.getHost() == null) {
        throw new IllegalArgumentException("a proxy's address looks like http://host:port");
      }
      String info = address.getUserInfo() == null ? "" : address.getUserInfo();
      int colon = info.indexOf(':');
      return new Proxy(
          address.getHost(),
          address.getPort() < 0 ? 80 : address.getPort(),
          colon < 0 ? info : info.substring(0, colon),
          colon < 0 ? "" : info.substring(colon + 1));
    }

    /// The same proxy, told on whose behalf it is used.
    ///
    /// @param namespace of the caller, in which short host names are looked up
    public Proxy onBehalfOf(String namespace, String workload) {
      return new Proxy(host, port, namespace, workload);
    }

    @Override
    public String toString() {
      return host + ":" + port;
    }
  }
}
