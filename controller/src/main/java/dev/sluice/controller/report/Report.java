package dev.sluice.controller.report;

import dev.sluice.controller.cluster.Cluster;
import dev.sluice.controller.cluster.Kind;
import dev.sluice.controller.object.Subject;
import dev.sluice.controller.rollout.Announcement;
import dev.sluice.controller.rollout.News;
import dev.sluice.controller.rollout.Standing;
import dev.sluice.controller.rollout.StatusWriter;
import dev.sluice.crds.Canary;
import dev.sluice.crds.CanaryStatus;
import dev.sluice.crds.ObjectRef;
import dev.sluice.crds.shape.MergePatch;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/// Tells what happened: status, Events, alerts.
///
/// Status comes first and holds what is to be told. Should the process die before it is told, the
/// next one finds it there: the Event's name is the same, so that it is there once in the end.
public final class Report {
  /// An alert may be on its way for this long after its Event was written.
  private static final Duration ALERTS_TAKE = Duration.ofSeconds(30);

  private final Cluster cluster;
  private final Events events;
  private final Messenger messenger;
  private final CanaryGauges gauges;
  private final Map<ObjectRef, Told> told = new ConcurrentHashMap<>();

  /// What this process has told of a canary. Its alerts are on their way.
  ///
  /// @param events whether all Events are known to be there, or will never be
  private record Told(List<News> news, boolean events) {}

  public Report(Cluster cluster, Events events, Messenger messenger, CanaryGauges gauges) {
    this.cluster = cluster;
    this.events = events;
    this.messenger = messenger;
    this.gauges = gauges;
  }

  /// @param canary with the status as it is now
  /// @param moved whether there is a new version of the object
  public record Recorded(Canary canary, boolean moved) {}

  /// Writes the status in one patch, under the version that the decision was made on.
  public Recorded record(
      Canary canary, Standing next, List<Announcement> announcements, Instant now) {
    CanaryStatus written =
        News.noted(
            Subject.noted(
                StatusWriter.write(canary.status(), next, canary.spec().targetRef().kind(), now),
                canary,
                next),
            announcements,
            now);
    Map<String, Object> patch = patch(canary.status(), written);
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

  /// The first write has every number, the zeros, too: `kubectl get canary` would show none
  /// otherwise.
  private static Map<String, Object> patch(CanaryStatus before, CanaryStatus written) {
    Map<String, Object> patch = MergePatch.between(before, written);
    return patch.isEmpty() || before.phase() != null ? patch : written.toMap();
  }

  /// Tells what has just been recorded.
  public void announce(
      Canary canary, Standing standing, List<Announcement> announcements, Instant now) {
    boolean all = true;
    for (Announcement announcement : announcements) {
      all &= write(canary, new News(now, announcement)) != Events.Outcome.UNKNOWN;
      messenger.tell(canary, standing, announcement, now);
      gauges.told(canary, announcement.reason());
    }
    if (!announcements.isEmpty()) {
      told.put(canary.ref(), new Told(News.of(canary.status()), all));
    }
  }

  /// Tells what status says was to be told, where this process does not know that it was: after a
  /// start, when the answer to a status write was lost, or when an Event could not be written.
  public void catchUp(Canary canary, Optional<Standing> standing, Instant now) {
    List<News> news = News.of(canary.status());
    Told before = told.get(canary.ref());
    boolean ours = before != null && before.news().equals(news);
    if (news.isEmpty() || (ours && !isBehind(canary.ref()))) {
      return;
    }
    boolean all = true;
    for (News item : news) {
      Duration age = Duration.between(item.at(), now);
      if (age.compareTo(Events.LAST) > 0) {
        continue;
      }
      Events.Outcome outcome = write(canary, item);
      all &= outcome != Events.Outcome.UNKNOWN;
      boolean untold = outcome != Events.Outcome.EXISTED || age.compareTo(ALERTS_TAKE) < 0;
      if (!ours && outcome != Events.Outcome.EXISTED) {
        gauges.told(canary, item.announcement().reason());
      }
      if (!ours && untold) {
        standing.ifPresent(s -> messenger.tell(canary, s, item.announcement(), item.at()));
      }
    }
    told.put(canary.ref(), new Told(news, all));
  }

  /// Whether some Event is still to be written.
  public boolean isBehind(ObjectRef canary) {
    Told known = told.get(canary);
    return known != null && !known.events();
  }

  public void forget(ObjectRef canary) {
    told.remove(canary);
  }

  private Events.Outcome write(Canary canary, News news) {
    Announcement announcement = news.announcement();
    return events.write(
        Kind.CANARY,
        canary.metadata(),
        announcement.reason().type().title(),
        announcement.reason().title(),
        announcement.message(),
        news.at());
  }
}
