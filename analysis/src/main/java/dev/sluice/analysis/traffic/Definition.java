package dev.sluice.analysis.traffic;

import dev.sluice.analysis.intake.Group;
import dev.sluice.analysis.traffic.Rule.Outcome;

/// By what is decided what counts.
public enum Definition {
  /// By [Rule].
  TABLE {
    @Override
    Outcome of(RequestSeries series, Group group, Callers callers) {
      return Rule.of(series, group, callers).outcome();
    }
  },

  /// As in Flagger's `request-success-rate`: what the pod's side counts, `5xx` alone failed.
  FLAGGER {
    @Override
    Outcome of(RequestSeries series, Group group, Callers callers) {
      if (series.fromCaller()) {
        return Outcome.LEFT_OUT;
      }
      return series.code().startsWith("5") ? Outcome.ERROR : Outcome.GOOD;
    }
  };

  abstract Outcome of(RequestSeries series, Group group, Callers callers);
}
