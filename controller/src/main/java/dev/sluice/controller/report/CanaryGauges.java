package dev.sluice.controller.report;

import dev.sluice.controller.rollout.Answers;
import dev.sluice.controller.rollout.Reason;
import dev.sluice.crds.Canary;
import dev.sluice.crds.ObjectRef;
import java.time.Duration;

/// What is measured about canaries. Must not block and must not throw.
public interface CanaryGauges {

  /// For whom nobody measures.
  CanaryGauges NONE =
      new CanaryGauges() {
        @Override
        public void stands(Canary canary) {}

        @Override
        public void answered(Canary canary, Answers answers) {}

        @Override
        public void analysed(Canary canary, Duration took) {}

        @Override
        public void told(Canary canary, Reason reason) {}

        @Override
        public void forget(ObjectRef canary) {}
      };

  /// A pass is over.
  ///
  /// @param canary with the status as it is now
  void stands(Canary canary);

  /// Webhooks and metric sources were asked.
  void answered(Canary canary, Answers answers);

  /// A pass that asked webhooks or metric sources is over.
  void analysed(Canary canary, Duration took);

  /// Something happened that people are told, for the first time.
  void told(Canary canary, Reason reason);

  /// The Canary is gone.
  void forget(ObjectRef canary);
}
