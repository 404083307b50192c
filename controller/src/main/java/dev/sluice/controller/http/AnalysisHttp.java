package dev.sluice.controller.http;

import java.io.IOException;
import java.util.Optional;

/// Lends our way out to the analysis, which brings its own requests.
public final class AnalysisHttp implements dev.sluice.analysis.Http {
  private final Http http;
  private final Optional<Http.Proxy> proxy;

  /// @param proxy through which metric sources are asked; empty for directly
  public AnalysisHttp(Http http, Optional<Http.Proxy> proxy) {
    this.http = http;
    this.proxy = proxy;
  }

  @Override
  public Response send(Request request) throws IOException, InterruptedException {
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
                Http.Retries.NONE));
    return new Response(answer.status(), answer.body());
  }
}
