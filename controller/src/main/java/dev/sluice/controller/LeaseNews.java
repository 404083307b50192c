package dev.sluice.controller;

import dev.sluice.controller.cluster.Kind;
import dev.sluice.controller.lease.Elector;
import dev.sluice.controller.report.Events;
import dev.sluice.controller.server.ProcessMetrics;
import dev.sluice.crds.Metadata;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executor;

/// Tells of every change of the lead, as a metric and as an Event on the Lease.
///
/// @param threads an Event may be slow, and the next renewal must not wait for it
record LeaseNews(
    String me, Events events, ProcessMetrics metrics, Executor threads, InstantSource clock)
    implements Elector.News {

  @Override
  public void leading(GenericKubernetesResource lease) {
    metrics.leading(true);
    tell(lease, "Normal", "BecameLeader", me + " became the leader");
  }

  @Override
  public void stopped(GenericKubernetesResource lease, String why) {
    metrics.leading(false);
    tell(lease, "Warning", "LostLead", me + " is not the leader any more: " + why);
  }

  @Override
  public void released(GenericKubernetesResource lease) {
    metrics.leading(false);
  }

  private void tell(GenericKubernetesResource lease, String type, String reason, String message) {
    threads.execute(() ->
        events.write(
            Kind.LEASE, metadata(lease.getMetadata()), type, reason, message, clock.instant()));
  }

  private static Metadata metadata(ObjectMeta meta) {
    return new Metadata(
        meta.getName(),
        meta.getNamespace(),
        meta.getUid() == null ? "" : meta.getUid(),
        meta.getResourceVersion() == null ? "" : meta.getResourceVersion(),
        0,
        Map.of(),
        Map.of(),
        null,
        null,
        List.of());
  }
}
