package dev.sluice.controller.http;

import dev.sluice.controller.http.HttpGauge.Outcome;
import java.time.Duration;

/// Any [Http], measured.
public final class MeteredHttp implements Http {
  private final Http inner;
  private final String purpose;
  private final HttpGauge gauge;

  /// @param purpose what the requests are for: `metrics`, `webhook` or `alert`
  public MeteredHttp(Http inner, String purpose, HttpGauge gauge) {
    this.inner = inner;
    this.purpose = purpose;
    this.gauge = gauge;
  }

  @Override
  public Response send(Request request) throws HttpFailure, InterruptedException {
    long began = System.nanoTime();
    Outcome outcome = Outcome.NO_ANSWER;
    try {
      Response response = inner.send(request);
      outcome = of(response.status());
      return response;
    } catch (HttpFailure e) {
      outcome = e.kind() == HttpFailure.Cause.LEFT_ALONE ? Outcome.LEFT_ALONE : Outcome.NO_ANSWER;
      throw e;
    } finally {
      gauge.sent(purpose, request.host(), outcome, Duration.ofNanos(System.nanoTime() - began));
    }
  }

  private static Outcome of(int status) {
    if (status >= 500) {
      return Outcome.FAILED;
    }
    return status >= 400 ? Outcome.REFUSED : Outcome.OK;
  }
}
