package dev.sluice.analysis.intake;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// Keeps the last counters of every pod and sums what was added, until both sides have been seen.
///
/// A sample that is not newer than the pod's last is ignored: nothing is lost by that, since the
/// counters are cumulative. Any counter that falls means that the process began anew, and all its
/// counters with it: what it shows now is what was added. A canary's pod that is seen first after
/// the start was born after it, so all it shows is new; a primary's pod may be as old as it likes
/// and only begins to count.
///
/// Not safe for several threads.
public final class Intake {
  /// Pods beyond this many of both groups together are not counted; it bounds memory and state.
  public static final int MOST_PODS = 512;

  /// Pods of the primary beyond this many count, but are not told apart.
  static final int MOST_SLOTS = 32;

  private static final int REQUESTS = 0;

  /// A pod that was away for so long is forgotten.
  private final double forgetAfter;

  private final double mostAhead;
  private final int channels;
  private final Map<String, Pod> pods = new LinkedHashMap<>();
  private final double[][] requests;
  private final double[][] bad;
  private final boolean[][] fresh;
  private final boolean[] used;
  private final List<double[]> slotRequests = new ArrayList<>();
  private final List<double[]> slotBad = new ArrayList<>();
  private final double[] totalRequests = new double[Group.values().length];
  private final double[] totalBad = new double[Group.values().length];
  private final long[] samples = new long[Group.values().length];
  private long ignored;

  /// @param bounds how many bounds the histogram has, the one without bound included; 0 without
  /// @param tick seconds between two looks, above 0
  public Intake(int bounds, double tick) {
    channels = Math.max(1, bounds);
    mostAhead = tick;
    forgetAfter = 90 * tick;
    requests = new double[Group.values().length][channels];
    bad = new double[Group.values().length][channels];
    fresh = new boolean[Group.values().length][channels];
    used = new boolean[channels];
    Arrays.fill(used, true);
  }

  private static final class Pod {
    final Group group;
    final int slot;
    double at = Double.NEGATIVE_INFINITY;

    /// Counters as last seen. For a channel: its requests in `total`, its good ones in `good`, for
    /// the first channel its bad ones. NaN for what was never seen.
    final double[] total;

    final double[] other;

    Pod(Group group, int slot, int channels) {
      this.group = group;
      this.slot = slot;
      total = new double[channels];
      other = new double[channels];
    }
  }

  /// How many channels there are, at least 1.
  public int channels() {
    return channels;
  }

  /// Samples that added nothing because they were doubled, late or from the future.
  public long ignored() {
    return ignored;
  }

  /// Samples of a group that were not ignored.
  public long samples(Group group) {
    return samples[group.index];
  }

  /// Requests of a group since the rollout began, whether or not the other side was seen.
  public double requests(Group group) {
    return totalRequests[group.index];
  }

  /// Errors among [#requests(Group)].
  public double errors(Group group) {
    return totalBad[group.index];
  }

  /// Takes what a scrape saw; one without requests says nothing.
  ///
  /// @param now seconds after the rollout's start; a sample from later than one tick after is
  ///   ignored, lest it hides all that follow
  public void take(Scrape scrape, double now) {
    if (Double.isNaN(scrape.requests())) {
      return;
    }
    var key = (scrape.group() == Group.CANARY ? "c" : "p") + scrape.pod();
    var pod = pods.get(key);
    if (scrape.at() > now + mostAhead || (pod != null && scrape.at() <= pod.at)) {
      ignored++;
      return;
    }
    if (pod == null) {
      if (pods.size() >= MOST_PODS) {
        pods.values().removeIf(p -> now - p.at > forgetAfter);
      }
      if (pods.size() >= MOST_PODS) {
        ignored++;
        return;
      }
      pod = new Pod(scrape.group(), slot(scrape.group()), channels);
      pods.put(key, pod);
      if (scrape.group() == Group.PRIMARY || scrape.at() <= 0) {
        begin(pod, scrape);
        return;
      }
    } else if (fell(pod, scrape)) {
      // A series that is not there has nothing to begin anew, and counts from nothing when it
      // comes.
      Arrays.fill(pod.total, 0);
      Arrays.fill(pod.other, 0);
    }
    add(pod, scrape);
  }

  private int slot(Group group) {
    if (group == Group.CANARY) {
      return -1;
    }
    var used = new boolean[MOST_SLOTS];
    pods.values().stream().filter(p -> p.slot >= 0).forEach(p -> used[p.slot] = true);
    for (int slot = 0; slot < MOST_SLOTS; slot++) {
      if (!used[slot]) {
        if (slot == slotRequests.size()) {
          slotRequests.add(new double[channels]);
          slotBad.add(new double[channels]);
        }
        return slot;
      }
    }
    return -1;
  }

  private static double total(Scrape scrape, int channel) {
    return channel == REQUESTS
        ? scrape.requests()
        : scrape.atMost().length == 0 ? Double.NaN : scrape.atMost()[scrape.atMost().length - 1];
  }

  private static double other(Scrape scrape, int channel) {
    return channel == REQUESTS
        ? scrape.errors()
        : scrape.atMost().length == 0 ? Double.NaN : scrape.atMost()[channel - 1];
  }

  private void begin(Pod pod, Scrape scrape) {
    pod.at = scrape.at();
    samples[pod.group.index]++;
    for (int channel = 0; channel < channels; channel++) {
      pod.total[channel] = total(scrape, channel);
      pod.other[channel] = other(scrape, channel);
    }
    if (Double.isNaN(pod.other[REQUESTS])) {
      pod.other[REQUESTS] = 0;
    }
  }

  private boolean fell(Pod pod, Scrape scrape) {
    for (int channel = 0; channel < channels; channel++) {
      // Comparisons with NaN are false.
      if (!used[channel]) {
        continue;
      }
      if (total(scrape, channel) < pod.total[channel]
          || other(scrape, channel) < pod.other[channel]) {
        return true;
      }
    }
    return false;
  }

  private void add(Pod pod, Scrape scrape) {
    pod.at = scrape.at();
    int group = pod.group.index;
    samples[group]++;
    for (int channel = 0; channel < channels; channel++) {
      double total = total(scrape, channel);
      double other = other(scrape, channel);
      if (channel == REQUESTS && Double.isNaN(other)) {
        other = pod.other[channel];
      }
      if (!used[channel] || Double.isNaN(total) || Double.isNaN(other)) {
        continue; // the next sample that has it makes up for this one
      }
      if (Double.isNaN(pod.total[channel]) || Double.isNaN(pod.other[channel])) {
        // The histogram came after the counters: of a primary it may be as old as it likes.
        pod.total[channel] = total;
        pod.other[channel] = other;
        continue;
      }
      double more = total - pod.total[channel];
      double others = other - pod.other[channel];
      // Buckets of one scrape may be a request apart, since processes do not stop to be scraped.
      double worse = Math.clamp(channel == REQUESTS ? others : more - others, 0, more);
      pod.total[channel] = total;
      pod.other[channel] = other;
      requests[group][channel] += more;
      bad[group][channel] += worse;
      fresh[group][channel] = true;
      if (pod.slot >= 0) {
        slotRequests.get(pod.slot)[channel] += more;
        slotBad.get(pod.slot)[channel] += worse;
      }
      if (channel == REQUESTS) {
        totalRequests[group] += more;
        totalBad[group] += worse;
      }
    }
  }

  /// Ends the interval of every channel of which both sides were seen.
  public Interval close() {
    return close(true);
  }

  /// Ends the interval of every channel of which the primary was seen: before the rollout there is
  /// nothing to compare it with. What a canary did before is dropped.
  public Interval closeHistory() {
    Arrays.fill(totalRequests, 0);
    Arrays.fill(totalBad, 0);
    return close(false);
  }

  private Interval close(boolean both) {
    int canary = Group.CANARY.index;
    int primary = Group.PRIMARY.index;
    var closedRequests = new double[2][channels];
    var closedBad = new double[2][channels];
    var podRequests = new double[channels][];
    var podBad = new double[channels][];
    for (int channel = 0; channel < channels; channel++) {
      podRequests[channel] = new double[slotRequests.size()];
      podBad[channel] = new double[slotRequests.size()];
      if (!fresh[primary][channel] || (both && !fresh[canary][channel])) {
        closedRequests[canary][channel] = Double.NaN;
        closedRequests[primary][channel] = Double.NaN;
        closedBad[canary][channel] = Double.NaN;
        closedBad[primary][channel] = Double.NaN;
        continue;
      }
      for (int group = 0; group < 2; group++) {
        closedRequests[group][channel] = requests[group][channel];
        closedBad[group][channel] = bad[group][channel];
        requests[group][channel] = 0;
        bad[group][channel] = 0;
        fresh[group][channel] = false;
      }
      for (int slot = 0; slot < slotRequests.size(); slot++) {
        podRequests[channel][slot] = slotRequests.get(slot)[channel];
        podBad[channel][slot] = slotBad.get(slot)[channel];
        slotRequests.get(slot)[channel] = 0;
        slotBad.get(slot)[channel] = 0;
      }
    }
    return new Interval(closedRequests, closedBad, podRequests, podBad, canaryPods());
  }

  private int canaryPods() {
    int count = 0;
    double latest = Double.NEGATIVE_INFINITY;
    for (var pod : pods.values()) {
      latest = Math.max(latest, pod.at);
    }
    for (var pod : pods.values()) {
      // Pods of an earlier revision stay known for a while, and serve nothing.
      if (pod.group == Group.CANARY && latest - pod.at <= 3 * mostAhead) {
        count++;
      }
    }
    return Math.max(1, count);
  }

  /// Pods that are kept.
  int pods() {
    return pods.size();
  }

  /// Forgets pods that have been away for 90 ticks, so that pods that come and go do not add up.
  public void forget(double now) {
    pods.values().removeIf(pod -> now - pod.at > forgetAfter);
  }

  /// Stops counting all other channels, for good: of a histogram only few bounds are judged.
  ///
  /// @param wanted the channels to keep, the first included
  public void keep(Set<Integer> wanted) {
    for (int channel = 0; channel < channels; channel++) {
      used[channel] = wanted.contains(channel);
      if (!used[channel]) {
        for (int group = 0; group < 2; group++) {
          requests[group][channel] = 0;
          bad[group][channel] = 0;
          fresh[group][channel] = false;
        }
      }
    }
  }
}
