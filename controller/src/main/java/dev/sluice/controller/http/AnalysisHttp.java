package dev.sluice.controller.http;

import dev.sluice.controller.http.HttpFailure.Cause;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;

/// Lends our way out to the analysis, which brings its own requests.
public final class AnalysisHttp implements dev.sluice.analysis.Http {
  /// A question changes nothing, so it may be asked again; one more try bridges a restart of a
  /// replica, and more would only make a check late.
  private static final Http.Retries ONCE_MORE =
      new Http.Retries(1, Duration.ofMillis(250), Duration.ofSeconds(1));

  private final Http http;
  private final Optional<Http.Proxy> proxy;

  /// @param proxy through which metric sources are asked; empty for directly
  public AnalysisHttp(Http http, Optional<Http.Proxy> proxy) {
    this.http = http;
    this.proxy = proxy;
  }

  @Override
  public Response send(Request request) throws IOException, InterruptedException {
    try {
      Http.Response answer =
          http.send(
              new Http.Request(
                  request.method(),
                  request.uri(),
                  request.headers(),
                  request.body(),
                  request.timeout(),
                  request.maxBytes(),
                  !request.insecureSkipVerify(),
                  proxy,
                  ONCE_MORE));
      return new Response(answer.status(), answer.body());
    } catch (HttpFailure e) {
      if (e.kind() == Cause.TOO_LONG) {
        throw new TooLong(String.valueOf(e.getMessage()));
      }
      if (e.kind() == Cause.INVALID) {
        throw new Futile(String.valueOf(e.getMessage()));
      }
      throw e;
    }
  }
}
