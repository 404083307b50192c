package dev.sluice.controller.canary;

import dev.sluice.controller.cluster.Cluster;
import dev.sluice.controller.cluster.Kind;
import dev.sluice.controller.rollout.Announcement;
import dev.sluice.controller.rollout.Standing;
import dev.sluice.controller.rollout.StatusWriter;
import dev.sluice.crds.Canary;
import dev.sluice.crds.CanaryStatus;
import dev.sluice.crds.shape.MergePatch;
import java.time.Instant;
import java.util.List;
import java.util.Map;

/// Tells what happened: status, Events, alerts.
final class Report {

  private final Cluster cluster;
  private final Events events;
  private final Messenger messenger;

  Report(Cluster cluster, Events events, Messenger messenger) {
    this.cluster = cluster;
    this.events = events;
    this.messenger = messenger;
  }

  /// @param canary with the status as it is now
  /// @param moved whether there is a new version of the object
  record Recorded(Canary canary, boolean moved) {}

  /// Writes the status in one patch, under the version that the decision was made on.
  Recorded record(Canary canary, Standing next, Instant now) {
    CanaryStatus written =
        StatusWriter.write(canary.status(), next, canary.spec().targetRef().kind(), now);
    Map<String, Object> patch = MergePatch.between(canary.status(), written);
    String version = canary.metadata().resourceVersion();
    boolean moved =
        !patch.isEmpty()
            && !cluster
                .patchStatus(Kind.CANARY, canary.ref(), patch, version)
                .getMetadata()
                .getResourceVersion()
                .equals(version);
    return new Recorded(canary.with(written), moved);
  }

  void announce(Canary canary, Standing standing, List<Announcement> announcements, Instant now) {
    for (Announcement announcement : announcements) {
      events.write(
          Kind.CANARY,
          canary.metadata(),
          announcement.reason().type().title(),
          announcement.reason().title(),
          announcement.message(),
          now);
      messenger.tell(canary, standing, announcement, now);
    }
  }
}
