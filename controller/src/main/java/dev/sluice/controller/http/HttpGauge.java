package dev.sluice.controller.http;

import java.time.Duration;

/// What is measured of requests to the outside.
@FunctionalInterface
public interface HttpGauge {

  /// What became of a request, all its tries together.
  enum Outcome {
    /// A status below 400.
    OK,
    /// A status from 400 to 499: the same request will not fare better.
    REFUSED,
    /// A status from 500 on.
    FAILED,
    /// No answer, or none that could be read.
    NO_ANSWER,
    /// The host did not answer lately and was not asked.
    LEFT_ALONE
  }

  /// @param purpose such as `metrics`
  /// @param host as in [Http.Request#host]
  void sent(String purpose, String host, Outcome outcome, Duration took);
}
