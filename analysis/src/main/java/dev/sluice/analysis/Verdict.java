package dev.sluice.analysis;

import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// What the judge says about a revision at its present weight.
public sealed interface Verdict {
  List<Evidence> evidence();

  /// The evidence in one line, the most important first; empty without evidence. Of a release that
  /// does not go on only what keeps it: metrics that are well hide the one that is not.
  default String sentence() {
    var told =
        switch (this) {
          case Continue _, Safe _ -> evidence();
          case Hold _, Rollback _ -> evidence().stream().filter(e -> !e.isWell()).toList();
        };
    return (told.isEmpty() ? evidence() : told)
        .stream().map(Evidence::sentence).collect(Collectors.joining("; "));
  }

  /// The same verdict with something else that was seen.
  default Verdict with(Evidence more) {
    var all = Stream.concat(evidence().stream(), Stream.of(more)).toList();
    return switch (this) {
      case Continue _ -> new Continue(all);
      case Safe _ -> new Safe(all);
      case Hold hold -> new Hold(hold.reason(), hold.failedCheck(), all);
      case Rollback _ -> new Rollback(all);
    };
  }

  /// Too little was seen to say anything. Stay, look again; nothing is counted.
  record Continue(List<Evidence> evidence) implements Verdict {
    public Continue {
      evidence = List.copyOf(evidence);
    }
  }

  /// Every check passed: the next step may be taken.
  record Safe(List<Evidence> evidence) implements Verdict {
    public Safe {
      evidence = List.copyOf(evidence);
    }
  }

  /// The step must not be taken now.
  ///
  /// @param failedCheck whether this counts against the threshold of failed checks
  /// @param evidence what holds comes first, then everything else that was seen
  record Hold(Reason reason, boolean failedCheck, List<Evidence> evidence) implements Verdict {
    public Hold {
      evidence = List.copyOf(evidence);
    }
  }

  /// Take the traffic away.
  ///
  /// @param evidence what failed comes first, then everything else that was seen
  record Rollback(List<Evidence> evidence) implements Verdict {
    public Rollback {
      evidence = List.copyOf(evidence);
    }
  }

  /// Why a step is held. The names are for programs; people read the evidence.
  enum Reason {
    /// A value outside its bound.
    CHECK_FAILED,
    /// The source is healthy and has no value.
    NO_DATA,
    /// As no data, of a metric that says how often that is borne.
    INCONCLUSIVE,
    /// The source could not be asked.
    SOURCE_UNAVAILABLE,
    /// The source will never answer this query; somebody must edit it.
    QUERY_REFUSED,
    /// The traffic that the metrics show is grossly not the split that was asked for.
    WEIGHTS_NOT_OBEYED,
    /// The comparison has had nothing of the canary for some time.
    NO_CANARY_DATA,
    /// The comparison has had nothing of the primary for some time; only the absolute bound judges.
    NO_PRIMARY_DATA,
    /// The primary itself fails more than it ever did: whatever it is hits both.
    SHARED_DEGRADATION,
    /// Some evidence against the canary, not enough to roll back.
    SUSPICIOUS,
    /// The latency had to be compared and cannot be.
    LATENCY_UNAVAILABLE
  }
}
