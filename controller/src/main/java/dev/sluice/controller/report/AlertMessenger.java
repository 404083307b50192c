package dev.sluice.controller.report;

import dev.sluice.controller.alert.AlertMessage;
import dev.sluice.controller.alert.Alerts;
import dev.sluice.controller.cluster.Cluster;
import dev.sluice.controller.cluster.Kind;
import dev.sluice.controller.rollout.Announcement;
import dev.sluice.controller.rollout.Standing;
import dev.sluice.crds.Analysis.Severity;
import dev.sluice.crds.Canary;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Executor;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Sends alerts on threads of their own, so that no sink holds up a rollout; those of one canary in
/// the order in which they happened. What cannot be delivered becomes an Event and stands in status
/// until something is.
public final class AlertMessenger implements Messenger {
  private static final Logger LOG = LoggerFactory.getLogger(AlertMessenger.class);

  /// More than this many alerts on their way mean that a sink hangs and everything fails at once.
  private static final int MOST = 256;

  private final Alerts alerts;
  private final Events events;
  private final Undelivered undelivered;
  private final String clusterName;
  private final Lanes lanes;
  private final AlertGauge gauge;

  /// @param clusterName shown in alerts; empty for none
  public AlertMessenger(
      Alerts alerts,
      Events events,
      Cluster cluster,
      String clusterName,
      Executor threads,
      AlertGauge gauge) {
    this.alerts = alerts;
    this.events = events;
    this.undelivered = new Undelivered(cluster);
    this.clusterName = clusterName;
    this.lanes = new Lanes(threads, MOST, MOST);
    this.gauge = gauge;
  }

  @Override
  public void tell(Canary canary, Standing standing, Announcement announcement, Instant now) {
    announcement.alert().ifPresent(alert -> send(canary, alert, now));
  }

  private void send(Canary canary, Announcement.Alert alert, Instant now) {
    AlertMessage message =
        AlertMessage.of(
            canary, severity(alert.severity()), alert.text(), alert.details(), clusterName);
    switch (lanes.add(canary.ref(), () -> deliver(canary, message, now))) {
      case TAKEN -> {}
      case FULL -> {
        LOG.atWarn()
            .addKeyValue("canary", canary.ref())
            .log("alert dropped: too many on their way");
        gauge.alerted(AlertGauge.Outcome.DROPPED);
      }
      case STOPPING -> {
        LOG.atWarn().addKeyValue("canary", canary.ref()).log("alert dropped: stopping");
        gauge.alerted(AlertGauge.Outcome.DROPPED);
      }
    }
  }

  private void deliver(Canary canary, AlertMessage message, Instant now)
      throws InterruptedException {
    Map<String, Optional<String>> outcomes = alerts.send(canary, message);
    List<String> failures = outcomes.values().stream().flatMap(Optional::stream).toList();
    gauge.alerted(failures.isEmpty() ? AlertGauge.Outcome.SENT : AlertGauge.Outcome.FAILED);
    undelivered.note(canary, alerts.receivers(canary), outcomes, now);
    for (String failure : failures) {
      events.write(Kind.CANARY, canary.metadata(), "Warning", "AlertFailed", failure, now);
    }
  }

  private static Severity severity(Announcement.Severity severity) {
    return switch (severity) {
      case INFO -> Severity.INFO;
      case WARN -> Severity.WARN;
      case ERROR -> Severity.ERROR;
    };
  }
}
