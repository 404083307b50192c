package dev.sluice.controller.loop;

import dev.sluice.controller.cluster.Kind;
import java.time.Duration;

/// What the loop tells about itself.
public interface LoopGauges {

  /// A pass starts this much after its due time.
  void late(Duration by);

  /// A pass is over, however it ended.
  void passed(Kind kind, Duration took);
}
